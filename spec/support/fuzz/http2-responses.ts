import type { ClientHttp2Session } from 'node:http2';
import * as fc from 'fast-check';
import { patientTimeout } from '../../../lib/runtime/patient-timer.ts';
import { anyFields, ENDS_AT_HOP, endToEnd, type Field, lostOf } from './names.ts';
import type { Property } from './property.ts';
import { askFine, type RunningWorld, withAnyRunning } from './running-bytes.ts';

/** A response of running with these fields, before and after its body. */
export interface NamedResponse {
  readonly hints: readonly Field[];
  readonly status: number;
  /** With a length instead of chunks; the field of a response without a body describes another one. */
  readonly hasLength: boolean;
  readonly fields: readonly Field[];
  readonly trailers: readonly Field[];
  readonly cuts: readonly number[];
}

interface Received {
  readonly status: number;
  readonly flat: readonly string[];
  readonly trailers: readonly string[];
  readonly body: string;
}

const ASK_MAX_MS = 4000;
const BODILESS: ReadonlySet<number> = new Set([204, 304]);
const RESET_CONTENT = 205;
/** Names that decide where the response ends. */
const FRAMES = /^(?:content-length|transfer-encoding)$/i;

/** Over HTTP/2, a response of running arrives whole whatever its names, without those that end at a hop. */
export const RESPONSE_NAMES: Property<NamedResponse, RunningWorld> = {
  name: 'names of headers and trailers of running over HTTP/2',
  cases: fc.record({
    hints: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: anyFields }),
    status: fc.constantFrom(200, 200, 200, 204, 205, 206, 299, 304, 404, 500, 599),
    hasLength: fc.boolean(),
    fields: anyFields,
    trailers: anyFields,
    cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 2 }),
  }),
  perWorld: 1000,
  atOnce: 32,
  inWorld: (use) => withAnyRunning(true, use),
  check: async (world, cases) => {
    const { running, session, problems } = world;
    if (session === null) throw new Error('no session');
    const said = cases.map((one) => {
      return { text: textOf(one), cuts: one.cuts, delayMs: 0, ending: 'end' as const };
    });
    running.announce(said, cases.length + 1);
    const asked = cases.map((_, at) => ask(session, `/${at}`));
    const other = await askFine(world);
    const got = await Promise.all(asked);
    await running.quiet();
    if (other !== 'fine') return cases.map(() => `another user got ${other}`);
    if (problems.length > 0) return cases.map(() => problems.splice(0).join('; '));
    return cases.map((one, at) => problemOf(one, got[at] ?? 'nothing'));
  },
};

// Private

function linesOf(fields: readonly Field[]): string {
  return fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
}

/** What follows the head of such a response. */
function bodyOf({ status, hasLength, trailers }: NamedResponse): string {
  if (BODILESS.has(status)) return '';
  return hasLength ? 'fine' : `4\r\nfine\r\n0\r\n${linesOf(trailers)}\r\n`;
}

function textOf(one: NamedResponse): string {
  const { hints, status, hasLength, fields } = one;
  const interim = hints.length === 0 ? '' : `HTTP/1.1 103 Early Hints\r\n${linesOf(hints)}\r\n`;
  const framing = hasLength ? 'Content-Length: 4' : 'Transfer-Encoding: chunked';
  const head = `HTTP/1.1 ${status} OK\r\n${linesOf(fields)}${framing}\r\n\r\n`;
  return interim + head + bodyOf(one);
}

function problemOf(one: NamedResponse, got: Received | string): string | null {
  const { fields, status, hasLength } = one;
  const isFramed = fields.some(([name]) => FRAMES.test(name));
  if (typeof got === 'string') return isFramed ? null : got;
  const names = [...got.flat, ...got.trailers].filter((_, at) => at % 2 === 0);
  // `Trailer` announces trailers in HTTP/2 too.
  const bad = names.find((name) => ENDS_AT_HOP.test(name) && name !== 'trailer');
  if (bad !== undefined) return `the client got ${bad}`;
  if (isFramed) return null;
  const hasBody = !BODILESS.has(status) && status !== RESET_CONTENT;
  if (got.status !== status || got.body !== (hasBody ? 'fine' : '')) {
    return `${got.status} with ${JSON.stringify(got.body)}`;
  }
  const connection = fields.filter(([name]) => /^connection$/i.test(name));
  const sent = hasBody && !hasLength ? [...connection, ...one.trailers] : [];
  return lostOf(endToEnd(fields), got.flat) ?? lostOf(endToEnd(sent), got.trailers);
}

function ask(session: ClientHttp2Session, path: string): Promise<Received | string> {
  return new Promise((resolve) => {
    const stream = session.request({ ':path': path });
    let [status, flat, trailers, body] = [0, [] as string[], [] as string[], ''];
    stream.on('response', (headers, ...rest: unknown[]) => {
      status = Number(headers[':status']);
      flat = rest[1] as string[];
    });
    stream.on('trailers', (_headers, ...rest: unknown[]) => {
      trailers = rest[1] as string[];
    });
    stream.on('data', (chunk: Buffer) => {
      body += chunk.toString('latin1');
    });
    stream.on('error', () => {});
    const late = patientTimeout(ASK_MAX_MS, () => stream.close());
    stream.on('close', () => {
      late.stop();
      const code = stream.rstCode ?? 0;
      resolve(code === 0 ? { status, flat, trailers, body } : `reset with ${code}`);
    });
  });
}
