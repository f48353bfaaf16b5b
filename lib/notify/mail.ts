import { createHash } from 'node:crypto';
import type { Announcement, Channel } from './announcement.ts';
import { pipeInto } from './piped.ts';

const LINE_CHARACTERS = 76;
/** An encoded word is at most 75 characters long (RFC 2047, section 2): so many bytes of UTF-8 fit into one. */
const WORD_BYTES = 45;
const SUBJECT_MAX_CHARACTERS = 200;

export interface MailSettings {
  /** The program that takes a message on standard input, as sendmail does. */
  readonly sendmail: string;
  readonly to: readonly string[];
  /** Empty: as sendmail has it for Vili's account. */
  readonly from: string;
  readonly folder: string;
}

/** E-mail through the host's own `sendmail`. Messages on one version are one thread. */
export function mail(settings: MailSettings): Channel {
  const { sendmail, to, folder } = settings;
  return {
    name: 'e-mail',
    send: (announcement, signal) =>
      pipeInto(
        {
          program: sendmail,
          words: ['-i', '--', ...to],
          folder,
          input: messageText(announcement, settings),
          code: 'VILI_MAIL',
        },
        signal,
      ),
  };
}

/** A message as RFC 5322 has it; nothing in it but ASCII, so that no text of a service becomes a header. */
export function messageText(announcement: Announcement, { to, from }: MailSettings): string {
  const { id, at, event, version, host, identifier } = announcement;
  const domain = host.replaceAll(/[^A-Za-z0-9.-]/g, '-');
  const thread = createHash('sha256').update(`${identifier} ${version}`).digest('hex').slice(0, 32);
  const subject = `[${identifier}] ${event}${version === '' ? '' : `: ${version}`}`;
  const headers = [
    ...(from === '' ? [] : [`From: ${from}`]),
    `To: ${to.join(',\r\n ')}`,
    `Subject: ${encodedWords(subject.slice(0, SUBJECT_MAX_CHARACTERS))}`,
    `Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${id}@${domain}>`,
    `References: <${thread}@${domain}>`,
    `In-Reply-To: <${thread}@${domain}>`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
  ];
  const body = Buffer.from(bodyText(announcement)).toString('base64');
  const lines = body.match(new RegExp(`.{1,${LINE_CHARACTERS}}`, 'g')) ?? [];
  return [...headers, '', ...lines, ''].join('\r\n');
}

// Private

function bodyText({ text, reasons, next, running, at }: Announcement): string {
  const numbers = reasons
    .filter(({ endpoint }) => endpoint !== null)
    .map(({ code, observed, limit }) => `  ${code}: ${observed} observed, ${limit} allowed`);
  return [
    text,
    ...(numbers.length === 0 ? [] : ['', ...numbers]),
    '',
    `Users have: ${running ?? 'no version'}`,
    `At: ${at}`,
    ...(next === null ? [] : [`Next: ${next}`]),
    '',
  ].join('\n');
}

function encodedWords(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word + character) > WORD_BYTES) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word]
    .map((it) => `=?UTF-8?B?${Buffer.from(it).toString('base64')}?=`)
    .join('\r\n ');
}
