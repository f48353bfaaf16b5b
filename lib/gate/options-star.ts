import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Target } from './exchange.ts';
import type { UpstreamHandler, UpstreamLimits, UpstreamRequest } from './upstream.ts';

/**
 * Sends `OPTIONS *`, which asks about the server and not about a path. undici refuses such a target,
 * and the method is rare: node's own client does it, on a connection of its own.
 */
export function dispatchWithoutPath(
  target: Target,
  limits: UpstreamLimits,
  request: UpstreamRequest,
  handler: UpstreamHandler,
): void {
  let over = false;
  const fail = (error: Error): void => {
    if (over) return;
    over = true;
    handler.onError(error);
  };
  const outgoing = httpRequest({
    host: target.host,
    port: target.port,
    method: request.method,
    path: '*',
    headers: request.headers as string[],
    agent: false,
    setHost: false,
    timeout: limits.headTimeoutMs,
    maxHeaderSize: limits.maxHeaderBytes,
  });
  outgoing.on('error', fail);
  outgoing.on('timeout', () => {
    outgoing.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
  });
  outgoing.on('response', (incoming) => {
    handler.onResponseStarted();
    pass(incoming, handler, fail, () => {
      over = true;
    });
  });
  handler.onConnect(() => {
    outgoing.destroy();
    fail(new Error('aborted'));
  });
  // The method is asked without a body in practice; one that came is not passed on.
  if (!over) outgoing.end();
}

// Private

function pass(
  incoming: IncomingMessage,
  handler: UpstreamHandler,
  fail: (error: Error) => void,
  finished: () => void,
): void {
  const headers = incoming.rawHeaders.map((text) => Buffer.from(text, 'latin1'));
  const { statusCode, statusMessage } = incoming;
  const resume = (): void => void incoming.resume();
  handler.onHeaders(statusCode ?? 0, headers, resume, statusMessage ?? '');
  incoming.on('data', (chunk: Buffer) => {
    if (!handler.onData(chunk)) incoming.pause();
  });
  incoming.on('error', fail);
  incoming.on('end', () => {
    finished();
    handler.onComplete(incoming.rawTrailers);
  });
}
