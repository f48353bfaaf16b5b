import type { EventEmitter } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import type { Target } from './exchange.ts';
import { BadAnswerError } from './failure.ts';
import type { RequestBodySource } from './request-body.ts';
import type { UpstreamHandler, UpstreamLimits, UpstreamRequest } from './upstream.ts';

/**
 * Sends what undici cannot: `OPTIONS *`, whose target is no path, and requests with trailers. Both are
 * rare, so node's own client does it, on a connection of its own.
 */
export function dispatchByNode(
  target: Target,
  limits: UpstreamLimits,
  request: UpstreamRequest,
  handler: UpstreamHandler,
): void {
  new NodeDispatch(target, limits, request, handler).start();
}

// Private

class NodeDispatch {
  private readonly limits: UpstreamLimits;
  private readonly request: UpstreamRequest;
  private readonly handler: UpstreamHandler;
  private readonly outgoing: ClientRequest;
  private over = false;

  constructor(
    { host, port }: Target,
    limits: UpstreamLimits,
    request: UpstreamRequest,
    handler: UpstreamHandler,
  ) {
    const { method, path, headers, trailers } = request;
    const announced =
      trailers === undefined
        ? []
        : ['Trailer', trailers.names.join(', '), 'Transfer-Encoding', 'chunked'];
    this.limits = limits;
    this.request = request;
    this.handler = handler;
    this.outgoing = httpRequest({
      host,
      port,
      method,
      path,
      headers: [...headers, ...announced] as unknown as Record<string, string>,
      agent: false,
      setHost: false,
      timeout: limits.idleTimeoutMs,
      maxHeaderSize: limits.maxHeaderBytes,
    });
  }

  start(): void {
    const { outgoing, handler, limits } = this;
    outgoing.on('error', (error) => this.fail(error));
    outgoing.on('timeout', () => {
      outgoing.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
    });
    outgoing.once('finish', () => outgoing.setTimeout(limits.headTimeoutMs));
    outgoing.on('information', ({ statusCode, statusMessage, rawHeaders }) => {
      if (!this.over) handler.onHeaders(statusCode, bytesOf(rawHeaders), () => {}, statusMessage);
    });
    outgoing.on('response', (incoming) => this.pass(incoming));
    // Without a listener node ends the connection and says nothing.
    outgoing.on('upgrade', (_incoming, socket) => {
      socket.destroy();
      this.fail(new BadAnswerError('a 101 that was not asked for'));
    });
    handler.onConnect(() => {
      outgoing.destroy();
      this.fail(new Error('aborted'));
    });
    if (!this.over) this.send();
  }

  // Private

  private send(): void {
    const { outgoing, request } = this;
    const { trailers } = request;
    // OPTIONS * is asked without a body in practice; one that came is not passed on.
    if (trailers === undefined) return void outgoing.end();
    const body = request.body as EventEmitter & Pick<RequestBodySource, 'pause' | 'resume'>;
    body.on('data', (chunk: Buffer) => {
      if (!outgoing.write(chunk)) body.pause();
    });
    outgoing.on('drain', () => body.resume());
    body.on('end', () => {
      outgoing.addTrailers(trailers.read());
      outgoing.end();
    });
    body.resume();
  }

  private pass(incoming: IncomingMessage): void {
    const { handler, limits, outgoing } = this;
    outgoing.setTimeout(limits.idleTimeoutMs);
    handler.onResponseStarted();
    const { statusCode = 0, statusMessage = '', rawHeaders } = incoming;
    const resume = (): void => void incoming.resume();
    try {
      handler.onHeaders(statusCode, bytesOf(rawHeaders), resume, statusMessage);
    } catch (error) {
      outgoing.destroy();
      return this.fail(error as Error);
    }
    incoming.on('data', (chunk: Buffer) => {
      if (!handler.onData(chunk)) incoming.pause();
    });
    incoming.on('error', (error) => this.fail(error));
    incoming.on('end', () => this.complete(incoming));
  }

  private complete(incoming: IncomingMessage): void {
    if (this.over) return;
    this.over = true;
    this.leaveBody();
    this.outgoing.destroy();
    this.handler.onComplete(incoming.rawTrailers);
  }

  private fail(error: Error): void {
    if (this.over) return;
    this.over = true;
    this.leaveBody();
    this.handler.onError(error);
  }

  /** The answer came before the body: the rest of it is read, and forgotten. */
  private leaveBody(): void {
    const { body } = this.request;
    if (body !== null && 'destroy' in body) (body as RequestBodySource).destroy();
  }
}

function bytesOf(flat: readonly string[]): Buffer[] {
  return flat.map((text) => Buffer.from(text, 'latin1'));
}
