import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2';
import { type Certificate, hasProgram, makeCertificate } from './certificates.ts';
import { type ProxyFixture, type SettingsChanges, Upstream, withProxy } from './proxy-fixture.ts';
import { withTempFolder } from './temp-folder.ts';

/** How often the files of the certificate are polled. */
export const TLS_RELOAD_MS = 25;

/** A proxy that serves TLS. */
export interface Secured extends ProxyFixture {
  readonly origin: string;
  readonly certificate: Certificate;
  readonly folder: string;
}

/** As `withProxy`, with a certificate for localhost, in front of this running. */
export async function withTls(
  running: RequestListener | Upstream,
  use: (fixture: Secured) => Promise<void>,
  more: SettingsChanges = {},
): Promise<void> {
  await withTempFolder(async (folder) => {
    const certificate = makeCertificate(folder, 'first');
    const { certFile, keyFile } = certificate;
    const upstream = running instanceof Upstream ? running : await Upstream.http(running);
    await withProxy(
      upstream,
      (fixture) =>
        use({ ...fixture, folder, certificate, origin: `https://localhost:${fixture.port}` }),
      { ...more, tls: { certFile, keyFile, reloadMs: TLS_RELOAD_MS } },
    );
  });
}

/** An HTTP/2 client; closed after use. */
export async function withHttp2(
  { origin, certificate }: Secured,
  use: (session: ClientHttp2Session) => Promise<void>,
): Promise<void> {
  const session = connectHttp2(origin, { ca: certificate.cert });
  session.on('error', () => {});
  try {
    await use(session);
  } finally {
    session.destroy();
  }
}

/** A response over HTTP/2. */
export interface Http2Received {
  readonly headers: Record<string, unknown>;
  readonly informed: Record<string, unknown>[];
  readonly trailers: Record<string, unknown>;
  readonly body: Buffer;
}

/** Sends one request over HTTP/2; rejects when its stream is reset. */
export function askHttp2(
  session: ClientHttp2Session,
  headers: Record<string, string | string[]>,
  body?: Buffer | Buffer[],
): Promise<Http2Received> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers, { endStream: body === undefined });
    const chunks: Buffer[] = [];
    const informed: Record<string, unknown>[] = [];
    let head: Record<string, unknown> = {};
    let trailers: Record<string, unknown> = {};
    stream.on('headers', (found) => informed.push(found));
    stream.on('response', (found) => {
      head = found;
    });
    stream.on('trailers', (found) => {
      trailers = found;
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('close', () => {
      if (stream.rstCode === constants.NGHTTP2_NO_ERROR) {
        resolve({ headers: head, informed, trailers, body: Buffer.concat(chunks) });
      } else reject(new Error(`reset with ${stream.rstCode}`));
    });
    for (const chunk of [body ?? []].flat()) stream.write(chunk);
    if (body !== undefined) stream.end();
  });
}

/** Responds with what it received. */
export function echoRequest(incoming: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    const { method, url, rawHeaders, httpVersion } = incoming;
    const body = Buffer.concat(chunks).toString('latin1');
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('Set-Cookie', ['a=1', 'b=2']);
    response.end(JSON.stringify({ method, url, rawHeaders, httpVersion, body }));
  });
}

/** The request that `echoRequest` received. */
export function seenIn(body: Buffer | string): {
  method: string;
  url: string;
  rawHeaders: string[];
  httpVersion: string;
  body: string;
} {
  return JSON.parse(String(body)) as ReturnType<typeof seenIn>;
}

/** Skips a suite where no certificates can be made. */
export function needsOpenssl(this: Mocha.Context): void {
  if (hasProgram('openssl')) return;
  process.stdout.write('      (no openssl to make certificates with)\n');
  this.skip();
}
