import { request } from 'node:http';
import { Socket } from 'node:net';
import type { Target } from '../../model/exchange.ts';
import { codeOf } from '../../errors.ts';
import { connectHost } from '../../runtime/net/connect.ts';
import { patientTimeout } from '../../runtime/patient-timer.ts';

/** A response is read to its end up to this size, so that the servlet logs no broken connection. */
const MAX_BODY_BYTES = 65_536;
const MAX_LOCATION_LENGTH = 200;

export interface ProbeTarget extends Pick<Target, 'host' | 'port' | 'tls'> {
  /** Must respond with 2xx or 3xx; null: any HTTP response to `/` will do. */
  readonly path: string | null;
  /** For connecting and the whole response, ms. */
  readonly requestTimeoutMs: number;
}

export interface ProbeResult {
  readonly ok: boolean;
  /** Null when there was no HTTP response. */
  readonly status: number | null;
  /** For messages: 'status 302 to /login', 'connection refused', 'no response within 1000 ms'. */
  readonly text: string;
}

/** Sends one request over its own connection. Never rejects; an abort counts as a failure. */
export function probeOnce(target: ProbeTarget, signal?: AbortSignal): Promise<ProbeResult> {
  const { host, port, tls, path, requestTimeoutMs } = target;
  return new Promise((resolve) => {
    const sent = request({
      host,
      port,
      path: path ?? '/',
      // Without an agent: this creates the connection.
      createConnection: (_options, done) => {
        connectHost({ host, port, tls, limitMs: requestTimeoutMs }, (error, socket) => {
          if (error !== null) done(error, new Socket());
          else done(null, socket);
        });
        return undefined;
      },
      headers: { 'user-agent': 'vili-probe', accept: '*/*', connection: 'close' },
      ...(signal === undefined ? {} : { signal }),
    });
    let result: ProbeResult | null = null;
    const finish = (failureText: string): void => {
      timer.stop();
      sent.destroy();
      resolve(result ?? { ok: false, status: null, text: failureText });
    };
    // One timer for the whole exchange: a socket timeout would restart with every byte.
    const timer = patientTimeout(requestTimeoutMs, () =>
      finish(`no response within ${requestTimeoutMs} ms`),
    );
    sent.on('error', (error) => finish(textOf(error)));
    sent.on('response', (response) => {
      result = resultOf(path, response.statusCode ?? 0, response.headers.location);
      let bytes = 0;
      // From here on `result` is set, so the end of the response is all that is waited for.
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_BODY_BYTES) finish('');
      });
      response.on('error', () => finish(''));
      response.on('close', () => finish(''));
    });
    // 1xx and upgrades emit no 'response'.
    sent.on('close', () => finish('connection closed without a response'));
    sent.end();
  });
}

// Private

function resultOf(path: string | null, status: number, location: string | undefined): ProbeResult {
  const ok = path === null || (status >= 200 && status < 400);
  const to = location === undefined ? '' : ` to ${location.slice(0, MAX_LOCATION_LENGTH)}`;
  return { ok, status, text: `status ${status}${to}` };
}

function textOf(error: Error): string {
  const code = codeOf(error);
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ECONNRESET') return 'connection closed without a response';
  if (code === 'ABORT_ERR') return 'aborted';
  // An AggregateError of several addresses has no message of its own.
  return error.message || (code ?? error.name);
}
