import * as fc from 'fast-check';
import { patientTimeout } from '../../../lib/runtime/patient-timer.ts';
import { corrupted, corruptions, cuts, sendInPieces } from '../http-arbitraries.ts';
import { RawClient, Upstream, withProxy } from '../proxy-fixture.ts';
import { CLOSING, REJECTED } from './last-requests.ts';
import type { Property } from './property.ts';

/** A connection's bytes: requests that are fine, one that is the last, and whatever follows. */
export interface DesyncCase {
  readonly before: readonly string[];
  readonly last: string;
  /** Whether running may see the last one too. */
  readonly isForwarded: boolean;
  readonly after: string;
  readonly shares: readonly number[];
}

/** A running that records, by the name of the case, what it is asked for. */
export interface DesyncWorld {
  readonly port: number;
  readonly asked: string[];
}

const ID_DIGITS = 4;
const END_MAX_MS = 4000;
const CHUNKS = '5\r\nhello\r\n0\r\n\r\n';
/** Headers that change nothing about where the message ends, some of which only node's parser takes. */
const HARMLESS = [
  'X-A: b',
  'accept: */*',
  'Connection: keep-alive',
  'Connection: x',
  'TE: trailers',
  'Cookie: a=b; c',
  'X-B:\tb\t',
  `X-C: ${'c'.repeat(3000)}`,
  'Expect: 100-continue',
];
const METHODS: Record<string, readonly string[]> = {
  GET: ['GET', 'DELETE', 'PROPFIND', 'LIST'],
  POST: ['POST', 'PUT', 'PATCH', 'BAN'],
};
const good = fc.constantFrom(
  'GET /good HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /good HTTP/1.1\r\nHost: a\r\nConnection: x\r\n\r\n',
  'POST /good HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
  `POST /good HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`,
  'PURGE /good HTTP/1.1\r\nHost: a\r\n\r\n',
);
const rejected = fc
  .tuple(
    fc.constantFrom(...REJECTED.map(([, text]) => text)),
    fc.array(fc.constantFrom(...HARMLESS), { maxLength: 2 }),
    fc.nat(3),
    fc.boolean(),
  )
  .map(([text, lines, method, isLoud]) => varied(text, lines, method, isLoud));
const following = fc.constantFrom(
  'GET /after HTTP/1.1\r\nHost: a\r\n\r\n',
  'POST /after HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab',
  `PUT /after HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`,
  ...REJECTED.map(([, text]) => text.replaceAll('/bad', '/after')),
);
const suffix = fc.oneof(
  following,
  fc.array(following, { maxLength: 3 }).map((requests) => requests.join('')),
  fc.tuple(following, corruptions(1)).map(([text, changes]) => corrupted(text, changes)),
  fc.string({
    unit: fc.constantFrom('\r\n', 'GET /after HTTP/1.1', 'Host: a', ' ', '0', 'x'),
    maxLength: 20,
  }),
);
const last = fc.oneof(
  { weight: 9, arbitrary: rejected.map((text) => ({ last: text, isForwarded: false })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...CLOSING.map(([, text]) => ({ last: text, isForwarded: true }))),
  },
);

/** Whatever follows the last request of a connection, and however the bytes are cut: running sees what is before it. */
export const DESYNC: Property<DesyncCase, DesyncWorld> = {
  name: 'nothing follows the last request',
  cases: fc
    .record({ before: fc.array(good, { maxLength: 3 }), last, after: suffix, shares: cuts })
    .map(({ last: { last: text, isForwarded }, ...others }) => ({
      ...others,
      last: text,
      isForwarded,
    })),
  perWorld: 2000,
  atOnce: 40,
  inWorld: withRecorder,
  check: async ({ port, asked }, cases) => {
    asked.length = 0;
    const ends = await Promise.all(cases.map((one, at) => send(port, one, idOf(at))));
    const seen = new Map(cases.map((_, at) => [idOf(at), [] as string[]]));
    const strays = asked.filter((path) => {
      const mine = seen.get(path.slice(-ID_DIGITS));
      mine?.push(path.slice(0, -ID_DIGITS));
      return mine === undefined;
    });
    return cases.map((one, at) => {
      // Nobody's path: it belongs to one of these cases.
      if (strays.length > 0) return `running saw [${strays.join()}]`;
      const { before, isForwarded } = one;
      const right = [...before.map(() => '/good'), ...(isForwarded ? ['/last'] : [])].join();
      const got = seen.get(idOf(at))?.join();
      if (got !== right) return `running saw [${got}] instead of [${right}]`;
      return ends[at] === true ? null : 'its connection did not end';
    });
  },
};

// Private

async function withRecorder(use: (world: DesyncWorld) => Promise<void>): Promise<void> {
  const asked: string[] = [];
  const up = await Upstream.http((request, response) => {
    asked.push(request.url ?? '');
    request.resume();
    request.on('end', () => response.end('fine'));
  });
  await withProxy(up, ({ port }) => use({ port, asked }));
}

/** Returns whether the connection ended. */
async function send(
  port: number,
  { before, last, after, shares }: DesyncCase,
  id: string,
): Promise<boolean> {
  const text = named(before.join('') + last + after, id);
  const client = new RawClient(port);
  await sendInPieces(client, text, shares);
  let hasEnded = true;
  const late = patientTimeout(END_MAX_MS, () => {
    hasEnded = false;
    client.close();
  });
  await client.toEnd(END_MAX_MS * 100).catch(() => (hasEnded = false));
  late.stop();
  return hasEnded;
}

function idOf(at: number): string {
  return String(at).padStart(ID_DIGITS, '0');
}

function named(text: string, id: string): string {
  return text.replace(/\/(?:good|bad|last|after)\b/g, (path) => path + id);
}

/** The request with more headers, another method of its kind, and names in upper case. */
function varied(text: string, lines: readonly string[], method: number, isLoud: boolean): string {
  const [, verb = '', rest = '', tail = ''] = /^(GET|POST)( [^\r\n]*\r\n)([^]*)$/.exec(text) ?? [];
  if (verb === '') return text;
  const more = lines.map((line) => `${line}\r\n`).join('');
  const headAt = tail.indexOf('\r\n\r\n');
  const head = headAt < 0 ? tail : tail.slice(0, headAt);
  const loud = isLoud ? head.replace(/^[\w-]+(?=:)/gm, (name) => name.toUpperCase()) : head;
  return `${METHODS[verb]?.[method] ?? verb}${rest}${more}${loud}${tail.slice(head.length)}`;
}
