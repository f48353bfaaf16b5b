import {
  type ClientRequest,
  type IncomingMessage,
  Agent as PlainAgent,
  request as plainRequest,
} from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { attempt, messageOf } from '../../../errors.ts';
import { EngineError } from '../errors.ts';
import { Lines } from './lines.ts';
import { textOf } from './wire.ts';

/** One endpoint has so long for one reply; after it the next one is asked. */
export const REPLY_TIMEOUT_MS = 3000;
/** All endpoints together have so long for one call. */
const CALL_TIMEOUT_MS = 9000;
const REPLY_MAX_BYTES = 16 * 1024 * 1024;
/** A reply without an end, line by line: the longest line. */
const LINE_MAX_CHARACTERS = 16 * 1024 * 1024;
const SOCKETS_MAX = 8;
const SHOWN_MAX_CHARACTERS = 200;
const OK = 200;

export interface TransportOptions {
  /** `http://host:2379`, at least one. */
  readonly endpoints: readonly string[];
  /** The PEM of the authorities that vouch for etcd; null: those of the system. */
  readonly ca: string | null;
}

/** A reply of etcd with an error in it. */
export class ReplyError extends EngineError {
  /** The code of gRPC; 0 when it is not known. */
  readonly grpcCode: number;

  constructor(text: string, grpcCode: number) {
    super(text);
    this.grpcCode = grpcCode;
  }
}

export interface LineListener {
  line(value: unknown): void;
  ended(problem: string): void;
}

/**
 * Requests to the JSON gateway of etcd: one endpoint at a time, the next one when it is not reached or silent. Every
 * reply has a limit of time and of size.
 */
export class Transport {
  readonly #endpoints: readonly string[];
  readonly #plain: PlainAgent;
  readonly #secure: SecureAgent;
  readonly #open = new Set<ClientRequest>();
  /** The one that replied last. */
  #at = 0;
  #isClosed = false;

  constructor({ endpoints, ca }: TransportOptions) {
    this.#endpoints = endpoints;
    const options = { keepAlive: true, maxSockets: SOCKETS_MAX };
    this.#plain = new PlainAgent(options);
    this.#secure = new SecureAgent(ca === null ? options : { ...options, ca });
  }

  /** The endpoint that is asked first, for people. */
  get endpoint(): string {
    return this.#endpoints[this.#at] ?? '';
  }

  /** @throws ReplyError for a reply that is an error, EngineError when no endpoint replied. */
  async call(
    path: string,
    body: object,
    headers: Readonly<Record<string, string>>,
  ): Promise<unknown> {
    const untilMs = performance.now() + CALL_TIMEOUT_MS;
    let problem = 'closed';
    // Other calls may move on meanwhile: each asks every endpoint once, and names the one that failed.
    let at = this.#at;
    for (let tried = 0; tried < this.#endpoints.length && !this.#isClosed; tried += 1) {
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) break;
      try {
        return await this.#ask(at, path, body, headers, Math.min(REPLY_TIMEOUT_MS, leftMs));
      } catch (error) {
        if (error instanceof ReplyError && !isOfThisNode(error)) throw error;
        problem = `${this.#endpoints[at]}: ${messageOf(error)}`;
        at = this.#failedAt(at);
      }
    }
    throw new EngineError(`no endpoint of etcd replies (${problem})`);
  }

  /** A reply that goes on, a JSON value per line, until it is ended by the returned function or by etcd. */
  lines(
    path: string,
    body: object,
    headers: Readonly<Record<string, string>>,
    listener: LineListener,
  ): () => void {
    let isOver = false;
    const end = (problem: string): void => {
      if (isOver) return;
      isOver = true;
      request.destroy();
      listener.ended(problem);
    };
    const at = this.#at;
    const request = this.#send(at, path, body, headers, (response) => {
      if (response.statusCode !== OK) return end(`etcd responded with ${response.statusCode}`);
      const lines = new Lines(LINE_MAX_CHARACTERS);
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        const complete = lines.take(chunk);
        if (complete === null) return end('etcd sent a line that is too long');
        for (const line of complete) {
          if (isOver || line === '') continue;
          const value = parsed(line);
          if (value === undefined) return end('etcd sent a line that is not JSON');
          listener.line(value);
        }
      });
      response.on('end', () => end('etcd ended the watch'));
      response.on('error', (error) => end(messageOf(error)));
      response.on('close', () => end('the connection to etcd closed'));
    });
    request.on('error', (error) => {
      if (!isOver) this.#failedAt(at);
      end(messageOf(error));
    });
    return () => {
      isOver = true;
      request.destroy();
    };
  }

  close(): void {
    this.#isClosed = true;
    for (const request of this.#open) request.destroy();
    this.#plain.destroy();
    this.#secure.destroy();
  }

  // Private

  /** The endpoint after the one that failed; it is asked first from now on, unless another call has found that already. */
  #failedAt(at: number): number {
    const next = (at + 1) % this.#endpoints.length;
    if (this.#at === at) this.#at = next;
    return next;
  }

  #ask(
    at: number,
    path: string,
    body: object,
    headers: Readonly<Record<string, string>>,
    timeoutMs: number,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        request.destroy(new EngineError(`no reply within ${Math.round(timeoutMs)} ms`));
      }, timeoutMs);
      const fail = (error: unknown): void => {
        clearTimeout(timer);
        reject(error instanceof Error ? error : new EngineError(messageOf(error)));
      };
      const request = this.#send(at, path, body, headers, (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          chunks.push(chunk);
          if (bytes > REPLY_MAX_BYTES) {
            request.destroy(new EngineError(`the reply has more than ${REPLY_MAX_BYTES} bytes`));
          }
        });
        response.on('error', fail);
        response.on('end', () => {
          clearTimeout(timer);
          try {
            resolve(replyOf(response.statusCode ?? 0, Buffer.concat(chunks).toString()));
          } catch (error) {
            fail(error);
          }
        });
      });
      request.on('error', fail);
      request.on('close', () => fail(new EngineError('the connection closed')));
    });
  }

  #send(
    at: number,
    path: string,
    body: object,
    headers: Readonly<Record<string, string>>,
    onResponse: (response: IncomingMessage) => void,
  ): ClientRequest {
    const url = new URL(path, this.#endpoints[at]);
    const text = JSON.stringify(body);
    const options = {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(text),
        ...headers,
      },
    };
    const request =
      url.protocol === 'https:'
        ? secureRequest(url, { ...options, agent: this.#secure }, onResponse)
        : plainRequest(url, { ...options, agent: this.#plain }, onResponse);
    this.#open.add(request);
    request.on('close', () => this.#open.delete(request));
    request.end(text);
    return request;
  }
}

// Private

const GRPC_UNAVAILABLE = 14;
const GRPC_DEADLINE = 4;

/** Another node may do better: this one has no leader, or is cut off. */
function isOfThisNode({ grpcCode, message }: ReplyError): boolean {
  if (grpcCode === GRPC_UNAVAILABLE || grpcCode === GRPC_DEADLINE) return true;
  return message.includes('no leader') || message.includes('request timed out');
}

function replyOf(status: number, text: string): unknown {
  const reply = parsed(text);
  if (status === OK && reply !== undefined) return reply;
  const fields =
    typeof reply === 'object' && reply !== null ? (reply as Record<string, unknown>) : {};
  const said = textOf(fields['message'], textOf(fields['error'], text));
  const code = Number(fields['code'] ?? 0);
  throw new ReplyError(
    `etcd responded with ${status}: ${said.slice(0, SHOWN_MAX_CHARACTERS)}`,
    Number.isInteger(code) ? code : 0,
  );
}

function parsed(text: string): unknown {
  return attempt<unknown>(() => JSON.parse(text), undefined);
}
