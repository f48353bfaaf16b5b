import type { Download } from '../views/download.ts';
import type { ControlHandlers } from './handlers.ts';
import type { RequestOf, Shape } from './parameters.ts';

interface Declaration<S extends Shape> {
  readonly method: 'GET' | 'POST';
  readonly path: `/v1/${string}` | '/metrics';
  readonly request: S;
  /** The query parameter that, when present, selects this route among those of its path. */
  readonly selectedBy?: string;
  /** Strangers on this host may have it over TCP, without the token: nothing of what users send is in it. */
  readonly isOpen?: true;
  /** What the response is, for `docs/api.md`. */
  readonly doc: string;
  /** Absent: always. */
  isOffered?(handlers: ControlHandlers): boolean;
}

/** A route that responds with one JSON value. */
export interface JsonRoute<S extends Shape, R> extends Declaration<S> {
  respond(handlers: ControlHandlers, request: RequestOf<S>): Promise<R>;
}

/** A route that responds with a text. */
export interface TextRoute<S extends Shape> extends Declaration<S> {
  readonly contentType: string;
  text(handlers: ControlHandlers, request: RequestOf<S>): Promise<string>;
}

/** A route that responds with a file to keep. */
export interface FileRoute<S extends Shape> extends Declaration<S> {
  /** Those that it can have. */
  readonly contentTypes: readonly string[];
  file(handlers: ControlHandlers, request: RequestOf<S>): Promise<Download>;
}

/** A route that responds with server-sent events for as long as the client listens. */
export interface StreamRoute<S extends Shape, E> extends Declaration<S> {
  /** The parameter that the `Last-Event-ID` of a client that connects again is the value of. */
  readonly resumedBy?: keyof S & string;
  /** The id and the name of an event; absent: events have neither. */
  frameOf?(event: E): Frame;
  subscribe(handlers: ControlHandlers, request: RequestOf<S>): Promise<Subscription<E>>;
}

/** What a server-sent event has beside its data. */
export interface Frame {
  readonly id?: string;
  readonly name?: string;
}

/** Begins to send; the returned function ends it. */
export type Subscription<E> = (send: (event: E) => void) => () => void;

export type Route =
  | JsonRoute<Shape, unknown>
  | TextRoute<Shape>
  | FileRoute<Shape>
  | StreamRoute<Shape, unknown>;

export function json<S extends Shape, R>(route: JsonRoute<S, R>): JsonRoute<S, R> {
  return route;
}

export function plain<S extends Shape>(route: TextRoute<S>): TextRoute<S> {
  return route;
}

export function file<S extends Shape>(route: FileRoute<S>): FileRoute<S> {
  return route;
}

export function stream<S extends Shape, E>(route: StreamRoute<S, E>): StreamRoute<S, E> {
  return route;
}
