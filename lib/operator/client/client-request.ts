import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { attempt, codeOf, EXIT, messageOf, ViliError } from '../../errors.ts';
import { CONTROL_LIMITS } from '../server/control-server.ts';
import { reachableSocketPath } from '../socket-path.ts';

/** A larger response cannot be one of Vili. */
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/** A stream without so many of them is given up. */
const MISSED_HEARTBEATS = 3;

/** Exit codes of a command by the HTTP status of the daemon's response. */
const EXIT_CODES: Readonly<Record<number, number>> = {
  400: EXIT.usage,
  401: EXIT.refused,
  403: EXIT.refused,
  409: EXIT.refused,
  421: EXIT.refused,
  422: EXIT.usage,
  429: EXIT.refused,
  503: EXIT.refused,
  504: EXIT.timedOut,
};

/** The error that the daemon responded with. */
export class ControlResponseError extends ViliError {
  constructor(httpStatus: number, code: string, message: string) {
    super(code, message, { httpStatus, exitCode: EXIT_CODES[httpStatus] ?? EXIT.internal });
  }
}

/** A daemon that is reached over TCP. */
export interface Remote {
  /** Without a `/` at its end. */
  readonly url: string;
  /** Empty: none is sent. */
  readonly token: string;
}

export interface Call {
  /** The path of a control socket, or a daemon elsewhere. */
  readonly daemon: string | Remote;
  readonly method: 'GET' | 'POST';
  /** Path and query. */
  readonly path: string;
  readonly body?: unknown;
  /** Limit until the response head has arrived and, for a JSON response, until its end. */
  readonly timeoutMs: number;
}

/**
 * Sends one request and returns the JSON of the response. Throws ControlResponseError when the
 * daemon responds with an error, and ViliError `VILI_DAEMON_UNREACHABLE` when nobody listens or no
 * response arrives in time.
 */
export async function callForJson(call: Call): Promise<unknown> {
  const text = await callForText(call);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw clearError(error, call);
  }
}

/** The same for a response that is not JSON. */
export async function callForText(call: Call): Promise<string> {
  try {
    return await textOf(await open(call, AbortSignal.timeout(call.timeoutMs)));
  } catch (error) {
    throw clearError(error, call);
  }
}

/**
 * Opens a stream of server-sent events and hands over the JSON of each until the daemon ends the
 * stream or the signal is aborted.
 */
export async function callForEvents(
  call: Call,
  take: (value: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), call.timeoutMs);
  try {
    const response = await open(call, AbortSignal.any([limit.signal, signal]));
    clearTimeout(timer);
    const limitMs = MISSED_HEARTBEATS * CONTROL_LIMITS.heartbeatMs;
    response.setTimeout(limitMs, () => response.destroy(silent(limitMs)));
    response.setEncoding('utf8');
    let pending = '';
    for await (const chunk of response) {
      const events = (pending + String(chunk)).split('\n\n');
      pending = events.pop() ?? '';
      if (pending.length > MAX_RESPONSE_BYTES) throw tooLarge();
      for (const event of events) {
        const data = event.split('\n').find((line) => line.startsWith('data: '));
        if (data !== undefined) take(JSON.parse(data.slice(6)));
      }
    }
  } catch (error) {
    if (!signal.aborted) throw clearError(error, call);
  } finally {
    clearTimeout(timer);
  }
}

// Private

async function open(call: Call, signal: AbortSignal): Promise<IncomingMessage> {
  const { daemon } = call;
  const response =
    typeof daemon === 'string'
      ? await sendToSocket(call, daemon, signal)
      : await send(call, whereIs(daemon, call.path), signal);
  if (response.statusCode === 200) return response;
  throw responseError(response.statusCode ?? 0, await textOf(response));
}

async function sendToSocket(
  call: Call,
  path: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const reachable = await reachableSocketPath(path);
  try {
    return await send(call, { socketPath: reachable.path, path: call.path }, signal);
  } finally {
    await reachable.close();
  }
}

/** Where a request goes, and with what: for `http.request`. */
export interface Where extends RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where a path of a daemon elsewhere is, with its token. */
export function whereIs({ url, token }: Remote, path: string): Where {
  const { protocol, hostname, port, pathname, search } = new URL(url + path);
  const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return { protocol, hostname: host, port, path: pathname + search, headers };
}

async function send(call: Call, where: Where, signal: AbortSignal): Promise<IncomingMessage> {
  const body = call.body === undefined ? null : Buffer.from(JSON.stringify(call.body));
  const ask = where.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = ask({
      ...where,
      method: call.method,
      signal,
      agent: false,
      headers: {
        ...where.headers,
        ...(body && { 'content-type': 'application/json', 'content-length': body.length }),
      },
    });
    request.once('error', reject);
    request.once('response', (response) => {
      request.on('error', () => {});
      resolve(response);
    });
    request.end(body ?? undefined);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    const piece = chunk as Buffer;
    bytes += piece.length;
    if (bytes > MAX_RESPONSE_BYTES) throw tooLarge();
    chunks.push(piece);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function responseError(status: number, text: string): ControlResponseError {
  const unknown = {
    code: 'VILI_BAD_ANSWER',
    message: `the daemon responded with status ${status}`,
  };
  const { code, message } = attempt(() => {
    const { code: stable, detail } = JSON.parse(text) as { code?: unknown; detail?: unknown };
    if (typeof stable !== 'string' || typeof detail !== 'string') return unknown;
    return { code: stable, message: detail };
  }, unknown);
  return new ControlResponseError(status, code, message);
}

/** A daemon that was stopped (SIGSTOP) or hangs keeps its connections. */
function silent(limitMs: number): ViliError {
  const text = `the daemon has been silent for ${limitMs / 1000} s; does it hang? See vili tree`;
  return new ViliError('VILI_DAEMON_UNREACHABLE', text, { exitCode: EXIT.unreachable });
}

function tooLarge(): ViliError {
  const text = `the daemon's response is larger than ${MAX_RESPONSE_BYTES} bytes`;
  return new ViliError('VILI_BAD_ANSWER', text);
}

function clearError(error: unknown, call: Call): ViliError {
  if (error instanceof ViliError) return error;
  const code = codeOf(error);
  const { daemon, timeoutMs } = call;
  const where = typeof daemon === 'string' ? daemon : daemon.url;
  let text = `lost the connection to the daemon: ${messageOf(error)}`;
  if (code === 'ENOENT') text = `no daemon runs here: there is no control socket ${where}`;
  if (code === 'ECONNREFUSED') text = `no daemon runs here: nobody listens on ${where}`;
  if (code === 'EACCES') text = `control socket ${where} belongs to another user`;
  if (code === 'ABORT_ERR') text = `no response within ${timeoutMs} ms on ${where}`;
  if (code === 'ENOTFOUND') text = `${where} is not known: ${messageOf(error)}`;
  return new ViliError('VILI_DAEMON_UNREACHABLE', text, {
    cause: error,
    exitCode: EXIT.unreachable,
  });
}
