import type { ClientHttp2Session } from 'node:http2';
import * as fc from 'fast-check';
import { Upstream } from '../proxy-fixture.ts';
import { headersFrame, openFrames, StreamEnds } from '../raw-frames.ts';
import { askHttp2, withHttp2, withTls } from '../tls-fixture.ts';
import { ENDS_AT_HOP, endToEnd, type Field, hostileFields, lostOf } from './names.ts';
import type { Property } from './property.ts';

/** A request over HTTP/2 with these fields; with trailers it has an empty body. */
export interface NamedRequest {
  readonly fields: readonly Field[];
  readonly trailers: readonly Field[] | null;
  readonly announced: readonly string[];
}

/** A request as running saw it. */
interface Seen {
  readonly flat: readonly string[];
  readonly trailers: readonly string[];
}

interface RequestWorld {
  readonly port: number;
  readonly session: ClientHttp2Session;
  readonly seen: Map<string, Seen>;
  readonly problems: string[];
}

const WINDOW_BYTES = 65_535;
/** Vili's own on its connection to running. */
const WRITTEN: Record<string, RegExp> = {
  connection: /^keep-alive(?:, TE)?$/,
  te: /^trailers$/,
  'transfer-encoding': /^chunked$/,
  trailer: /./,
};

/** Whatever the names of a request over HTTP/2: running sees those that go on, and nobody else notices. */
export const REQUEST_NAMES: Property<NamedRequest, RequestWorld> = {
  name: 'names of headers and trailers of clients over HTTP/2',
  cases: fc
    .record({
      fields: hostileFields,
      trailers: fc.option(hostileFields),
      isAnnounced: fc.boolean(),
    })
    .map(({ fields, trailers, isAnnounced }) => ({
      fields,
      trailers,
      announced: isAnnounced ? (trailers ?? []).map(([name]) => name) : [],
    })),
  perWorld: 1000,
  atOnce: 32,
  inWorld: withSeen,
  check: async ({ port, session, seen, problems }, cases) => {
    seen.clear();
    const ends = new StreamEnds(await openFrames(port, WINDOW_BYTES));
    const asked = cases.map((one, at) => {
      const stream = at * 2 + 1;
      const end = ends.of(stream);
      for (const frame of framesOf(one, at, stream)) ends.socket.write(frame);
      return end;
    });
    const other = await askHttp2(session, { ':path': '/fine' }).then(
      ({ body }) => String(body),
      String,
    );
    const how = await Promise.all(asked);
    ends.socket.destroy();
    if (other !== 'fine') return cases.map(() => `another user got ${other}`);
    if (problems.length > 0) return cases.map(() => problems.splice(0).join('; '));
    return cases.map((one, at) => problemOf(one, seen.get(`/${at}`), how[at] ?? ''));
  },
};

// Private

async function withSeen(use: (world: RequestWorld) => Promise<void>): Promise<void> {
  const seen = new Map<string, Seen>();
  const up = await Upstream.http((request, response) => {
    request.resume();
    request.on('end', () => {
      const { url = '', rawHeaders, rawTrailers } = request;
      seen.set(url, { flat: rawHeaders, trailers: rawTrailers });
      response.end('fine');
    });
  });
  await withTls(up, (fixture) =>
    withHttp2(fixture, async (session) => {
      await use({ port: fixture.port, session, seen, problems: fixture.problems });
    }),
  );
}

function framesOf(
  { fields, trailers, announced }: NamedRequest,
  at: number,
  stream: number,
): Buffer[] {
  const names = announced.length === 0 ? [] : [['trailer', announced.join(', ')] as const];
  const head = [
    [':method', trailers === null ? 'GET' : 'POST'],
    [':scheme', 'https'],
    [':path', `/${at}`],
    [':authority', 'a'],
    ...names,
    ...fields,
  ] as const;
  const first = headersFrame(stream, head, trailers === null);
  return trailers === null ? [first] : [first, headersFrame(stream, trailers, true)];
}

function problemOf({ fields }: NamedRequest, seen: Seen | undefined, how: string): string | null {
  if (seen === undefined) return how === 'closed' || how === 'reset' || how === 'done' ? null : how;
  const { flat, trailers } = seen;
  for (let at = 0; at < flat.length; at += 2) {
    const [name = '', value = ''] = [flat[at]?.toLowerCase(), flat[at + 1]];
    if (ENDS_AT_HOP.test(name) && WRITTEN[name]?.test(value) !== true)
      return `running saw ${name}: ${value}`;
  }
  const bad = trailers.find((name, at) => {
    return at % 2 === 0 && (ENDS_AT_HOP.test(name) || /^(?:host|content-length)$/i.test(name));
  });
  if (bad !== undefined) return `running saw a trailer ${bad}`;
  return lostOf(endToEnd(fields), flat);
}
