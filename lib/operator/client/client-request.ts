import { request as httpRequest, type IncomingMessage } from 'node:http';
import { codeOf, EXIT, messageOf, ViliError } from '../../errors.ts';
import { reachableSocketPath } from '../socket-path.ts';

/** An answer larger than this is no answer of Vili. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** HTTP statuses of the daemon that a command has an exit code for. */
const EXIT_CODES: Readonly<Record<number, number>> = {
  400: EXIT.usage,
  409: EXIT.refused,
  504: EXIT.timedOut,
};

/** The error that the daemon responded with. */
export class ControlResponseError extends ViliError {
  constructor(httpStatus: number, code: string, message: string) {
    super(code, message, { httpStatus, exitCode: EXIT_CODES[httpStatus] ?? EXIT.internal });
  }
}

export interface Call {
  readonly socketPath: string;
  readonly method: 'GET' | 'POST';
  /** Path and query. */
  readonly path: string;
  readonly body?: unknown;
  /** Limit until the answer's head is there; the body of a plain answer has the same limit. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Sends one request. Throws ControlResponseError for an answer that is an error and ViliError
 * `VILI_DAEMON_UNREACHABLE` when nobody listens or no answer came in time.
 */
export async function callForJson(call: Call): Promise<unknown> {
  const limit = AbortSignal.timeout(call.timeoutMs);
  const signal = call.signal === undefined ? limit : AbortSignal.any([limit, call.signal]);
  try {
    const answer = await open(call, signal);
    return JSON.parse(await textOf(answer));
  } catch (error) {
    throw clear(error, call);
  }
}

/** Opens a stream of server-sent events and hands over each one's JSON until it ends. */
export async function callForEvents(call: Call, take: (value: unknown) => void): Promise<void> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), call.timeoutMs);
  const signals = call.signal === undefined ? [limit.signal] : [limit.signal, call.signal];
  try {
    const answer = await open(call, AbortSignal.any(signals));
    clearTimeout(timer);
    answer.setEncoding('utf8');
    let pending = '';
    for await (const chunk of answer) {
      const events = (pending + String(chunk)).split('\n\n');
      pending = events.pop() ?? '';
      if (pending.length > MAX_ANSWER_BYTES) throw tooLarge();
      for (const event of events) if (event.startsWith('data: ')) take(JSON.parse(event.slice(6)));
    }
  } catch (error) {
    if (call.signal?.aborted !== true) throw clear(error, call);
  } finally {
    clearTimeout(timer);
  }
}

// Private

async function open(call: Call, signal: AbortSignal): Promise<IncomingMessage> {
  const reachable = await reachableSocketPath(call.socketPath);
  try {
    const answer = await send(call, reachable.path, signal);
    if (answer.statusCode === 200) return answer;
    throw answerError(answer.statusCode ?? 0, await textOf(answer));
  } finally {
    await reachable.close();
  }
}

async function send(call: Call, socketPath: string, signal: AbortSignal): Promise<IncomingMessage> {
  const body = call.body === undefined ? null : Buffer.from(JSON.stringify(call.body));
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      socketPath,
      method: call.method,
      path: call.path,
      signal,
      agent: false,
      headers:
        body === null ? {} : { 'content-type': 'application/json', 'content-length': body.length },
    });
    request.once('error', reject);
    request.once('response', (answer) => {
      request.on('error', () => {});
      resolve(answer);
    });
    request.end(body ?? undefined);
  });
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    const piece = chunk as Buffer;
    bytes += piece.length;
    if (bytes > MAX_ANSWER_BYTES) throw tooLarge();
    chunks.push(piece);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answerError(status: number, text: string): ControlResponseError {
  try {
    const { error } = JSON.parse(text) as { error: { code: unknown; message: unknown } };
    return new ControlResponseError(status, String(error.code), String(error.message));
  } catch {
    const message = `the daemon answered with status ${status}`;
    return new ControlResponseError(status, 'VILI_BAD_ANSWER', message);
  }
}

function tooLarge(): ViliError {
  const text = `the daemon's answer is larger than ${MAX_ANSWER_BYTES} bytes`;
  return new ViliError('VILI_BAD_ANSWER', text);
}

function clear(error: unknown, call: Call): ViliError {
  if (error instanceof ViliError) return error;
  const code = codeOf(error);
  const { socketPath, timeoutMs } = call;
  let text = `lost the connection to the daemon: ${messageOf(error)}`;
  if (code === 'ENOENT') text = `no daemon runs here: there is no control socket ${socketPath}`;
  if (code === 'ECONNREFUSED') text = `no daemon runs here: nobody listens on ${socketPath}`;
  if (code === 'EACCES') text = `control socket ${socketPath} belongs to another user`;
  if (code === 'ABORT_ERR') text = `no answer within ${timeoutMs} ms on ${socketPath}`;
  return new ViliError('VILI_DAEMON_UNREACHABLE', text, {
    cause: error,
    exitCode: EXIT.unreachable,
  });
}
