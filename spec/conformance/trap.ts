import type { Outcome, Seen } from './outcome.ts';

/** The header that names the trap a request belongs to; running plays it. */
export const TRAP_HEADER = 'X-Trap';

/** What running does with the request of a trap. */
export interface Play {
  /** The bytes of its answer, Latin-1. */
  readonly bytes: string;
  /** Answers to the head, while the body is still to come. */
  readonly early?: true;
  /** Writes the answer in pieces of that many bytes. */
  readonly piece?: number;
  /** Then ends the connection, resets it, or sends back what comes; without one it stays open. */
  readonly ending?: 'end' | 'reset' | 'echo';
  /** Resets a connection that has served before, without an answer. */
  readonly dies?: true;
}

/** A call that proxies are known to get wrong. */
export interface Trap {
  readonly name: string;
  /**
   * The client's bytes, Latin-1; `{trap}` stands for the header that names the trap. Later parts are
   * sent once something has come back.
   */
  readonly request: string | readonly string[];
  /** Without one, 200 with a body of two bytes. */
  readonly play?: Play;
  /** Asks something harmless before, on the same connection. */
  readonly warm?: true;
  /** How many answers to wait for. */
  readonly answers?: number;
  /** The client leaves once running has its request. */
  readonly leaves?: true;
  /** Sends FIN right behind the request, and reads on. */
  readonly halfCloses?: true;
  /** What a call through Vili has to be, when it is not the same as a direct one. */
  readonly differs?: Difference;
  /** The status of Vili's own answer; running then sees nothing of the request. */
  readonly refused?: number;
}

export interface Difference {
  /** Why, in words. */
  readonly since: string;
  readonly outcome?: (direct: Outcome) => Outcome;
  /** Vili answers with a page of its own of this status, and the connection goes on. */
  readonly page?: number;
  readonly seen?: (direct: readonly Seen[]) => readonly Seen[];
}

export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** A request with these header lines, which stay in place. */
export function ask(line: string, ...lines: readonly string[]): string {
  return `${[line, 'Host: shop.example', '{trap}', ...lines].join('\r\n')}\r\n\r\n`;
}

/** An answer with these header lines and that body. */
export function tell(line: string, headers: readonly string[], body = ''): string {
  return `HTTP/1.1 ${[line, ...headers].join('\r\n')}\r\n\r\n${body}`;
}
