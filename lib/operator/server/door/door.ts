import type { IncomingMessage, RequestListener, Server, ServerOptions } from 'node:http';

/** Who is at the door, as far as one knows. */
export interface Caller {
  /** Null on the socket of the base, which only its owner can open. */
  readonly address: string | null;
  /** Owns the base or has the token: may have and do everything. */
  readonly isTrusted: boolean;
}

/** A way into the control API: where it listens, and whom it lets in. */
export interface Door {
  /** For people, at the start of a problem: `control socket`. */
  readonly name: string;
  createServer(options: ServerOptions, listener: RequestListener): Server;
  /** @throws ViliError when it cannot listen. */
  listen(server: Server): Promise<void>;
  /** Nobody listens here any more. */
  leave(): Promise<void>;
  /** @throws ViliError when this request may not even ask. */
  enter(request: IncomingMessage): Caller;
  /** For the files of the page, which are nobody's secret. @throws ViliError when not even these are for this request. */
  look(request: IncomingMessage): void;
}
