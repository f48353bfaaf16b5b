import { joined, stripNominated } from './hop-by-hop.ts';

const SHORTEST_SPECIAL = 7;
const LONGEST_SPECIAL = 17;

/** The length of a body that only its own framing tells. */
const UNKNOWN_LENGTH = -1;

/** Running's answer as the client will see it. */
export interface ResponseHead {
  /** Flat, end-to-end, in order and case as received. */
  readonly headers: string[];
  readonly contentLength: number;
  /** False when a coding other than `chunked` was applied, which cannot be passed on. */
  readonly intact: boolean;
}

/** Decodes and filters the headers of an answer; bytes are Latin-1, as they are written again. */
export function readResponseHead(raw: readonly Buffer[], keepTrailer: boolean): ResponseHead {
  const headers: string[] = [];
  let connection = '';
  let contentLength = UNKNOWN_LENGTH;
  let trailer = '';
  let intact = true;
  for (let index = 0; index < raw.length; index += 2) {
    const name = text(raw[index]);
    const value = text(raw[index + 1]);
    if (name.length >= SHORTEST_SPECIAL && name.length <= LONGEST_SPECIAL) {
      switch (name.toLowerCase()) {
        case 'content-length':
          contentLength = Number(value);
          break;
        case 'connection':
          connection = joined(connection, value);
          continue;
        case 'transfer-encoding':
          intact &&= /^(?:chunked|identity)$/i.test(value);
          continue;
        case 'trailer':
          trailer = joined(trailer, value);
          continue;
        case 'keep-alive':
        case 'proxy-connection':
        case 'upgrade':
          continue;
        default:
      }
    }
    headers.push(name, value);
  }
  stripNominated(headers, connection);
  // Announced trailers make sense only where chunks carry them; node refuses them elsewhere.
  if (trailer !== '' && keepTrailer && contentLength === UNKNOWN_LENGTH) {
    headers.push('Trailer', trailer);
  }
  return { headers, contentLength, intact };
}

/** Trailers in the form node's response takes them. */
export function readTrailers(raw: readonly (Buffer | string)[]): [string, string][] {
  const trailers: [string, string][] = [];
  for (let index = 0; index < raw.length; index += 2) {
    trailers.push([text(raw[index]), text(raw[index + 1])]);
  }
  return trailers;
}

// Private

function text(bytes: Buffer | string | undefined): string {
  if (bytes === undefined) return '';
  return typeof bytes === 'string' ? bytes : bytes.toString('latin1');
}
