import {
  constants,
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { messageOf } from '../../errors.ts';
import type { FlatHeaders } from '../../model/headers.ts';
import type { ProxyContext } from '../context.ts';
import { Origin } from '../copy/origin.ts';
import { type Peer, peerOf } from '../http/forwarded.ts';
import { reject, UNKNOWN_EXPECTATION } from '../http/rejection.ts';
import { type RequestHead, readRequestHead } from '../http/request-head.ts';
import type { HeadRules } from '../http/request-headers.ts';
import { confirmIdle, connectionOf } from '../io/confirm-idle.ts';
import { contained, takeAll } from '../io/contained.ts';
import { RateLimit } from '../io/rate-limit.ts';
import { Forward } from '../request/forward.ts';
import type { Consumer } from '../upstream/places.ts';
import type { Turn } from './connection.ts';
import { http2Head } from './http2-head.ts';
import { Http2Request, Http2Response } from './http2-stream.ts';

/** How many requests a client may have open at once on one connection. */
const STREAMS_MAX = 250;
/** How many bytes of bodies a client may send ahead, per request and per connection. */
const STREAM_WINDOW_BYTES = 262_144;
const SESSION_WINDOW_BYTES = 1_048_576;
/** nghttp2 reckons with the worst case, several times what a head takes as text. */
const SENT_HEAD_FACTOR = 8;
/** How many of its requests a client may cancel: each costs a connection to running. */
const CANCELS_BURST = 200;
const CANCELS_PER_S = 20;
const EXPECTS_CONTINUE = /^100-continue$/i;

/** The HTTP/2 frontend: each stream is a request of its own, and its turn comes at once. */
export class Http2Frontend {
  private readonly context: ProxyContext;
  private readonly server: Http2Server;
  private readonly sessions = new Set<ServerHttp2Session>();
  private readonly trust: (address: string) => boolean;
  private readonly rules: HeadRules;

  constructor(context: ProxyContext, trust: (address: string) => boolean, rules: HeadRules) {
    const { settings } = context;
    this.context = context;
    this.trust = trust;
    this.rules = rules;
    this.server = createServer({
      settings: {
        maxConcurrentStreams: STREAMS_MAX,
        initialWindowSize: STREAM_WINDOW_BYTES,
        maxHeaderListSize: settings.header.maxBytes,
      },
      maxSendHeaderBlockLength: settings.header.maxBytes * SENT_HEAD_FACTOR,
      // The proxy counts them itself and responds with 431.
      maxHeaderListPairs: settings.header.maxCount * 2,
    });
    this.server.on('session', (session) => {
      this.contain(
        () => this.opened(session),
        () => session.destroy(),
      );
    });
  }

  /** Takes over a connection on which HTTP/2 has been negotiated. */
  connected(socket: TLSSocket): void {
    this.contain(
      () => this.server.emit('connection', socket),
      () => socket.destroy(),
    );
  }

  /** Takes no new requests; those in flight may finish. */
  close(): void {
    for (const session of this.sessions) session.close();
  }

  destroy(): void {
    for (const session of this.sessions) session.destroy();
  }

  // Private

  /** Calls `act`; what it throws costs what `end` ends, and nothing else. */
  private contain(act: () => void, end: () => void): void {
    const { counts, onProblem } = this.context;
    const onThrow = (error: unknown): void =>
      takeAll([
        () => counts.error('internal'),
        () => onProblem(`HTTP/2: ${messageOf(error)}`),
        end,
      ]);
    contained(act, onThrow)();
  }

  private opened(session: ServerHttp2Session): void {
    const { headTimeoutMs, keepAliveMs } = this.context.settings.request;
    const peer = peerOf(session.socket.remoteAddress, this.trust);
    const consumer = { address: peer.address, places: 0 };
    const origin = new Origin(session.socket);
    const cancels = new RateLimit(CANCELS_BURST, CANCELS_PER_S);
    let open = 0;
    this.sessions.add(session);
    session.on('close', () => this.sessions.delete(session));
    // An error of the connection ends its streams, which report it.
    session.on('error', () => {});
    session.setLocalWindowSize(SESSION_WINDOW_BYTES);
    const idleMs = keepAliveMs === 0 ? headTimeoutMs : keepAliveMs;
    session.setTimeout(idleMs);
    session.on('timeout', () => {
      if (session.destroyed) return;
      confirmIdle(connectionOf(session), idleMs, () => {
        if (open === 0) session.close();
      });
    });
    session.on('stream', (stream: ServerHttp2Stream, ...rest: unknown[]) => {
      open++;
      stream.once('close', () => {
        open--;
        if (open === 0 && keepAliveMs === 0) session.close();
      });
      this.contain(
        () => {
          const response = this.requested(stream, rest[2] as FlatHeaders, {
            peer,
            consumer,
            origin,
          });
          stream.once('close', () => {
            if (response?.isOver !== true && !cancels.take()) calm(session);
          });
        },
        () => stream.destroy(),
      );
    });
  }

  /** Null for a request that has been cancelled already. */
  private requested(
    stream: ServerHttp2Stream,
    flat: FlatHeaders,
    from: Client,
  ): Http2Response | null {
    const { context } = this;
    stream.on('error', () => {});
    context.counts.received++;
    // Cancelled in the same bytes: nobody waits for it.
    if (stream.destroyed || stream.closed) {
      context.counts.skip('aborted');
      return null;
    }
    const head = this.read(stream, flat, from.peer);
    const owner = new StreamOwner(stream, from);
    const response = new Http2Response(stream, (error) => turn.collapse(error));
    const expectsContinue = head.fields.expectation !== '';
    const turn: Forward = new Forward(
      context,
      owner,
      new Http2Request(stream),
      response,
      head,
      expectsContinue,
    );
    owner.start(turn, context.settings.request.idleTimeoutMs);
    return response;
  }

  private read(stream: ServerHttp2Stream, flat: FlatHeaders, peer: Peer): RequestHead {
    const head = readRequestHead(http2Head(flat, !stream.endAfterHeaders), peer, this.rules);
    const { expectation } = head.fields;
    const isUnknown = expectation !== '' && !EXPECTS_CONTINUE.test(expectation);
    if (isUnknown) return head.rejected(UNKNOWN_EXPECTATION);
    return head.method === 'CONNECT' ? head.rejected(reject(405, 'not a forward proxy')) : head;
  }
}

// Private

/** Ends the connection of a client that asks only to cancel. */
function calm(session: ServerHttp2Session): void {
  if (session.destroyed) return;
  session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
}

/** What all streams of a connection have in common. */
interface Client {
  readonly peer: Peer;
  readonly consumer: Consumer;
  readonly origin: Origin;
}

/** A stream and its only turn. */
class StreamOwner {
  readonly peer: Peer;
  readonly consumer: Consumer;
  readonly origin: Origin;
  private readonly stream: ServerHttp2Stream;

  constructor(stream: ServerHttp2Stream, { peer, consumer, origin }: Client) {
    this.stream = stream;
    this.peer = peer;
    this.consumer = consumer;
    this.origin = origin;
  }

  get isGone(): boolean {
    return this.stream.destroyed || this.stream.closed;
  }

  /** A stream has no other turns. */
  seal(): void {}

  start(turn: Turn, idleTimeoutMs: number): void {
    const { stream } = this;
    stream.once('close', () => turn.gone());
    const watch = (): void => {
      stream.setTimeout(idleTimeoutMs, () => {
        const { session } = stream;
        if (session === undefined || session.destroyed) return;
        const decide = (): void => {
          if (!turn.idle()) watch();
        };
        confirmIdle(connectionOf(session), idleTimeoutMs, decide, watch);
      });
    };
    watch();
    turn.start();
  }

  done(): void {}
}
