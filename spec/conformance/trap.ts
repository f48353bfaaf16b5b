import type { Outcome, Seen } from './outcome.ts';

/** The header that names the trap that running plays. */
export const TRAP_HEADER = 'X-Trap';

/** What running does with the request of a trap. */
export interface Play {
  /** The bytes of its response, Latin-1. */
  readonly bytes: string;
  /** Responds to the head, before the body has arrived. */
  readonly early?: true;
  /** Writes the response in pieces of that many bytes. */
  readonly piece?: number;
  /** Then ends the connection, resets it, or echoes what arrives; by default it stays open. */
  readonly ending?: 'end' | 'reset' | 'echo';
  /** Resets a connection that has served before, without a response. */
  readonly dies?: true;
}

/** A call that proxies are known to get wrong. */
export interface Trap {
  readonly name: string;
  /**
   * The client's bytes, Latin-1; `{trap}` is replaced by the header that names the trap. Later parts are sent
   * once something has been received.
   */
  readonly request: string | readonly string[];
  /** By default, 200 with a body of two bytes. */
  readonly play?: Play;
  /** Sends a harmless request before, on the same connection. */
  readonly warm?: true;
  /** How many responses to wait for. */
  readonly responses?: number;
  /** The client leaves once running has its request. */
  readonly leaves?: true;
  /** Sends FIN right after the request, and reads on. */
  readonly halfCloses?: true;
  /** How a call through Vili has to differ from a direct one. */
  readonly differs?: Difference;
  /** The status of Vili's own response; the request never reaches running then. */
  readonly rejected?: number;
}

export interface Difference {
  /** Why, in words. */
  readonly since: string;
  readonly outcome?: (direct: Outcome) => Outcome;
  /** Vili responds with its own page of this status, and the connection stays open. */
  readonly page?: number;
  readonly seen?: (direct: readonly Seen[]) => readonly Seen[];
}

export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** A request with these header lines, in this order. */
export function ask(line: string, ...lines: readonly string[]): string {
  return `${[line, 'Host: shop.example', '{trap}', ...lines].join('\r\n')}\r\n\r\n`;
}

/** A response with these header lines and this body. */
export function reply(line: string, headers: readonly string[], body = ''): string {
  return `HTTP/1.1 ${[line, ...headers].join('\r\n')}\r\n\r\n${body}`;
}
