import { HOP_BY_HOP, pairsOf } from '../../model/headers.ts';
import type { ReplayPlan } from '../../operator/views/evidence-view.ts';
import { NUL, quoted } from '../terminal/shell.ts';

/** What a sample has in place of a value that was masked. */
const MASKED = '[masked]';
/** A header name as RFC 9110 allows it: to curl, `@name` would be a file to read. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// oxlint-disable-next-line no-control-regex -- a line break would begin another header
const NOT_IN_A_HEADER = /[\u0000-\u0008\u000a-\u001f\u007f]/;
/** They belong to the connection, or to a body as it was sent: curl makes its own. */
const NOT_SENT = new Set([...HOP_BY_HOP, 'content-length', 'expect']);
/** What curl takes as it is; it cuts a URL at `#`, and refuses others. */
const PLAIN_PATH = /^\/[!$-;=?-[\]_a-z~]*$/;

type Sample = ReplayPlan['samples'][number];

/**
 * The request of a sample as a command for any POSIX shell; `origin` is where users are served. The
 * sample comes from outside: nothing in it may name a file, an option, another host or another command.
 */
export function curlText({ request }: Sample, origin: string): string[] {
  const { method, path, headers, body } = request;
  const isHead = method.toUpperCase() === 'HEAD';
  const parts = ['curl -i --globoff --path-as-is'];
  // After `--request HEAD` curl would wait for a body.
  parts.push(isHead ? '--head' : `--request ${quoted(method)}`);
  for (const [name, value] of pairsOf(headers)) {
    const header = headerOf(name, value);
    if (header !== null) parts.push(`--header ${quoted(header)}`);
  }
  const isKept = body !== null && !body.base64 && body.hash === undefined;
  if (!isHead && isKept && !body.text.includes(NUL)) {
    const hasType = pairsOf(headers).some(([name]) => name.toLowerCase() === 'content-type');
    // Else curl would call it a form.
    if (!hasType) parts.push("--header 'Content-Type:'");
    parts.push(`--data-raw ${quoted(body.text)}`);
  }
  const isPlain = PLAIN_PATH.test(path);
  if (!isPlain) parts.push(`--request-target ${quoted(path)}`);
  return [`${parts.join(' \\\n  ')} \\\n  ${quoted(isPlain ? origin + path : `${origin}/`)}`];
}

/** Why the request of a sample cannot be sent as it was; null when it can be. */
export function incompleteness({ request }: Sample): string | null {
  const { headers, body, path, method } = request;
  const masked = pairsOf(headers).filter(([, value]) => value.includes(MASKED));
  const missing = masked.map(([name]) => `header ${name}`);
  if (path.includes(MASKED)) missing.push('a parameter');
  if (body?.hash !== undefined) missing.push('the body');
  else if (body?.masked === true) missing.push('part of the body');
  if (missing.length > 0) return `masked: ${missing.join(', ')}`;
  if (body?.cut === true || body?.base64 === true) return 'its body was not kept whole';
  if (body?.text.includes(NUL) === true)
    return 'its body has a zero byte, which no shell passes on';
  if (body !== null && body.text !== '' && method.toUpperCase() === 'HEAD') return 'its body';
  return null;
}

// Private

/** Null for what is no header, or not the request's own. */
function headerOf(name: string, value: string): string | null {
  if (!TOKEN.test(name) || NOT_IN_A_HEADER.test(value)) return null;
  if (NOT_SENT.has(name.toLowerCase())) return null;
  // `Name:` would tell curl to leave the header out.
  return value.trim() === '' ? `${name};` : `${name}: ${value}`;
}
