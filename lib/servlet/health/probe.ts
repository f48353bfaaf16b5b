import { request } from 'node:http';
import { codeOf } from '../../errors.ts';

/** An answer is read to its end up to here, so that the servlet logs no broken connection. */
const MAX_BODY_BYTES = 65_536;
const MAX_LOCATION_LENGTH = 200;

export interface ProbeTarget {
  readonly host: string;
  readonly port: number;
  /** Must answer 2xx or 3xx; null: any HTTP answer to `/` will do. */
  readonly path: string | null;
  /** Connecting and answering, ms. */
  readonly requestTimeoutMs: number;
}

export interface ProbeResult {
  readonly ok: boolean;
  /** Null when there was no HTTP answer. */
  readonly status: number | null;
  /** For messages: 'status 302 to /login', 'connection refused', 'no answer within 1000 ms'. */
  readonly text: string;
}

/** Asks once, over a connection of its own. Never rejects; an abort counts as a failure. */
export function probeOnce(target: ProbeTarget, signal?: AbortSignal): Promise<ProbeResult> {
  const { host, port, path, requestTimeoutMs } = target;
  return new Promise((resolve) => {
    const sent = request({
      host,
      port,
      path: path ?? '/',
      agent: false,
      headers: { 'user-agent': 'vili-probe', accept: '*/*', connection: 'close' },
      ...(signal === undefined ? {} : { signal }),
    });
    let answer: ProbeResult | null = null;
    const finish = (otherwise: ProbeResult): void => {
      clearTimeout(timer);
      sent.destroy();
      resolve(answer ?? otherwise);
    };
    // One timer for the whole exchange: a socket timeout would start again with every byte.
    const timer = setTimeout(
      () => finish(failure(`no answer within ${requestTimeoutMs} ms`)),
      requestTimeoutMs,
    );
    sent.on('error', (error) => finish(failure(failureText(error))));
    sent.on('response', (response) => {
      answer = judge(path, response.statusCode ?? 0, response.headers.location);
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_BODY_BYTES) finish(failure('too much'));
      });
      response.on('error', () => finish(failure('broken off')));
      response.on('close', () => finish(failure('broken off')));
    });
    // 1xx and upgrades are answered without 'response'.
    sent.on('close', () => finish(failure('connection closed without an answer')));
    sent.end();
  });
}

// Private

function judge(path: string | null, status: number, location: string | undefined): ProbeResult {
  const ok = path === null || (status >= 200 && status < 400);
  const to = location === undefined ? '' : ` to ${location.slice(0, MAX_LOCATION_LENGTH)}`;
  return { ok, status, text: `status ${status}${to}` };
}

function failure(text: string): ProbeResult {
  return { ok: false, status: null, text };
}

function failureText(error: Error): string {
  const code = codeOf(error);
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ECONNRESET') return 'connection closed without an answer';
  if (code === 'ABORT_ERR') return 'aborted';
  // An AggregateError of several addresses has no message of its own.
  return error.message || (code ?? error.name);
}
