import * as fc from 'fast-check';
import type { RawClient } from './proxy-fixture.ts';

/** Headers that end at the proxy, are written by it, or frame the message. */
export const HOP_BY_HOP =
  /^(?:connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|expect|http2-settings|content-length|host|forwarded|x-forwarded-(?:for|proto|host)|x-request-id|x-vili-mirror)$/i;

/** Corruptions are made at the beginning, where the head is. */
const CORRUPTED_MAX = 500;

export function unitOf(characters: string): fc.Arbitrary<string> {
  return fc.constantFrom(...characters.split(''));
}

const token = fc
  .string({ unit: unitOf('abcXYZ019-_.!~'), minLength: 1, maxLength: 20 })
  .filter((name) => !HOP_BY_HOP.test(name));
const value = fc
  .string({ unit: unitOf('abc 019,;="/\t\xe9\xff%'), maxLength: 60 })
  .map((text) => text.trim());

/** End-to-end headers. */
export const fields: fc.Arbitrary<[string, string][]> = fc.array(fc.tuple(token, value), {
  maxLength: 30,
});

const small = fc.string({ unit: unitOf('ab\r\n\x00\xff:0'), maxLength: 3000 });

/** Bodies, some of them too large for the proxy to gather. */
export const body: fc.Arbitrary<string> = fc.oneof(
  { weight: 9, arbitrary: small },
  { weight: 1, arbitrary: small.map((text) => text.repeat(60)) },
);

/** Sizes of chunks; the rest is the last one. */
export const chunkSizes: fc.Arbitrary<number[]> = fc.array(fc.integer({ min: 1, max: 900 }), {
  maxLength: 12,
});

/** Positions at which bytes are cut into writes, as shares of the whole. */
export const cuts: fc.Arbitrary<number[]> = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  maxLength: 6,
});

/** A body in chunks of these sizes, without the empty line at the end. */
export function inChunks(text: string, sizes: readonly number[]): string {
  let chunks = '';
  let at = 0;
  for (const size of [...sizes, text.length]) {
    const chunk = text.slice(at, at + size);
    at += size;
    if (chunk !== '') chunks += `${chunk.length.toString(16)}\r\n${chunk}\r\n`;
  }
  return `${chunks}0\r\n`;
}

/** The text in pieces, cut at these shares of it. */
export function pieces(text: string, shares: readonly number[]): string[] {
  const points = shares.map((share) => Math.floor(share * text.length)).sort((a, b) => a - b);
  let from = 0;
  return [...points, text.length].map((to) => {
    const piece = text.slice(from, to);
    from = to;
    return piece;
  });
}

/** Sends the text cut into writes. */
export async function sendInPieces(
  client: Pick<RawClient, 'send'>,
  text: string,
  shares: readonly number[],
): Promise<void> {
  for (const piece of pieces(text, shares)) {
    if (piece === '') continue;
    client.send(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A change to a text, at a position given as a share of its beginning. */
export interface Corruption {
  readonly at: number;
  readonly what: string;
  readonly removes: number;
}

/** Changes that may or may not make a message malformed. */
export function corruptions(minLength: number): fc.Arbitrary<Corruption[]> {
  const pieces = ['', '\r', '\n', '\0', ' ', '\t', ':', ';', ',', '0', 'f', '\x0b', '\x7f', '\xff'];
  const one = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    what: fc.constantFrom(...pieces, '\r\n', '\r\n ', '\r\n\r\n'),
    removes: fc.nat(3),
  });
  return fc.array(one, { minLength, maxLength: 2 });
}

/** The text with these changes. */
export function corrupted(text: string, changes: readonly Corruption[]): string {
  return changes.reduce((all, { at, what, removes }) => {
    const from = Math.floor(at * Math.min(all.length, CORRUPTED_MAX));
    return all.slice(0, from) + what + all.slice(from + removes);
  }, text);
}
