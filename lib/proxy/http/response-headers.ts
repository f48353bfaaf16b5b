import { type FlatHeaders, HOP_BY_HOP } from '../../model/headers.ts';
import { CONTENT_LENGTH, HeaderBlock, joinValues } from './headers.ts';
import { listing, stripNominated } from './hop-by-hop.ts';

const SHORTEST_SPECIAL = 2;
const LONGEST_SPECIAL = 17;
const CLOSE = listing('close');
const KEEP_ALIVE = listing('keep-alive');
const TIMEOUT = /(?:^|[,;\s])timeout\s*=\s*"?([0-9]{1,9})/i;
const MS_PER_S = 1000;

/** The length of a body that only its own framing shows. */
export const UNKNOWN_LENGTH = -1;

/** Running's response as the client will see it, and what its headers say about the connection to running. */
export interface ResponseHead {
  /** End-to-end headers. */
  readonly fields: HeaderBlock;
  readonly contentLength: number;
  /** The media type, without parameters; '' for none. */
  readonly kind: string;
  readonly chunked: boolean;
  /** The `Connection` headers, joined; '' when absent. */
  readonly connection: string;
  /** Names of trailers that may follow; '' when none are announced. */
  readonly trailer: string;
  /** Null when the version alone decides. */
  readonly keepsAlive: boolean | null;
  /** How long running keeps an idle connection, ms; null when it does not say. */
  readonly idleMs: number | null;
  /** Why the response cannot be forwarded, else null. */
  readonly problem: string | null;
}

/** Filters the headers of a response and finds its framing (RFC 9112 section 6.3). */
export function readResponseHead(fields: FlatHeaders): ResponseHead {
  const found = new Found(fields);
  const { headers, connection, lengths, length, coding, trailer, keepAlive } = found;
  stripNominated(headers, connection);
  const timeout = keepAlive === '' ? undefined : TIMEOUT.exec(keepAlive)?.[1];
  return {
    fields: new HeaderBlock(headers),
    kind: found.kind,
    contentLength: lengths === 0 ? UNKNOWN_LENGTH : Number(length),
    chunked: coding === 'chunked',
    connection,
    trailer,
    keepsAlive: keepsAlive(connection),
    idleMs: timeout === undefined ? null : Number(timeout) * MS_PER_S,
    problem: problemOf(found),
  };
}

/** Whether a response ends with its head, whatever its headers say (RFC 9112 section 6.3). */
export function isBodiless(method: string | undefined, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304;
}

// Private

class Found {
  readonly headers: string[] = [];
  connection = '';
  lengths = 0;
  length = '';
  coding = '';
  trailer = '';
  keepAlive = '';
  kind = '';

  constructor(fields: FlatHeaders) {
    const { headers } = this;
    for (let index = 0; index < fields.length; index += 2) {
      const name = fields[index] ?? '';
      const value = fields[index + 1] ?? '';
      const { length } = name;
      if (length < SHORTEST_SPECIAL || length > LONGEST_SPECIAL || this.keeps(name, value)) {
        headers.push(name, value);
      }
    }
  }

  private keeps(name: string, value: string): boolean {
    const lowerName = name.toLowerCase();
    switch (lowerName) {
      case 'content-length':
        this.lengths++;
        this.length = value;
        return true;
      case 'content-type':
        this.kind = value.split(';', 1)[0]?.trim().toLowerCase() ?? '';
        return true;
      case 'connection':
        this.connection = joinValues(this.connection, value);
        return false;
      case 'transfer-encoding':
        this.coding = joinValues(this.coding, value.toLowerCase());
        return false;
      case 'trailer':
        this.trailer = joinValues(this.trailer, value);
        return false;
      case 'keep-alive':
        this.keepAlive = value;
        return false;
      default:
        return !HOP_BY_HOP.has(lowerName);
    }
  }
}

function keepsAlive(connection: string): boolean | null {
  if (CLOSE.test(connection)) return false;
  return KEEP_ALIVE.test(connection) ? true : null;
}

/** The coding `identity` of RFC 2616 means none; node's parser rejects it next to a length, as servers send it. */
function problemOf({ lengths, length, coding }: Found): string | null {
  if (lengths > 1) return 'the response has more than one Content-Length';
  if (lengths === 1 && !CONTENT_LENGTH.test(length)) return 'its Content-Length is not a number';
  if (coding === '' || coding === 'identity') return null;
  if (coding !== 'chunked') return 'the response has a transfer coding other than chunked';
  return lengths === 0 ? null : 'the response has Content-Length and Transfer-Encoding';
}
