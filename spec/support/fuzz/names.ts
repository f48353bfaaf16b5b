import * as fc from 'fast-check';
import { isReporting } from '../../../lib/proxy/http/forwarded.ts';
import { NAMES } from '../any-bytes.ts';
import { unitOf } from '../http-arbitraries.ts';

export type Field = readonly [name: string, value: string];

/** Names that end at a hop: RFC 9110 section 7.6.1, and those that HTTP/2 forbids. */
export const ENDS_AT_HOP =
  /^(?:connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|http2-settings)$/i;
const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-_.~!#$%&'*+^`|";
const OWN = /^(?:host|content-length|expect|cookie|x-vili-.*|:.*)$/i;
const PLAIN_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const PLAIN_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
const OTHERS = ['priority', 'alt-svc', 'max-forwards', 'content-encoding', 'x-request-id', 'via'];

const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NAMES, ...OTHERS) },
  {
    weight: 3,
    arbitrary: fc.string({ unit: unitOf(LETTERS), minLength: 1, maxLength: 20 }),
  },
  {
    weight: 1,
    arbitrary: fc.string({ unit: unitOf(`${LETTERS}ABC`), minLength: 120, maxLength: 300 }),
  },
);
const value = fc.oneof(
  fc.constantFrom('', 'gzip', 'trailers', 'close', 'x-a, te', 'chunked', 'h2c', '0', '5, 5', 'a'),
  fc.string({ unit: unitOf('abc 09,;=/"\t\xe9\xff'), maxLength: 30 }),
  fc.string({ unit: unitOf('ab,'), minLength: 200, maxLength: 300 }),
);

/** Fields with names that mean something, nothing, or too much. */
export const anyFields: fc.Arbitrary<Field[]> = fc.array(fc.tuple(name, value), { maxLength: 6 });

/** As they may come from a client over HTTP/2 that keeps to no rule. */
export const hostileFields: fc.Arbitrary<Field[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(
        name.map((it) => it.toLowerCase()),
        value,
      ),
    },
    { weight: 1, arbitrary: fc.tuple(name, value) },
    {
      weight: 1,
      arbitrary: fc.tuple(
        fc.constantFrom(':path', ':x', '', ' a', 'a b', 'a:', '\0', 'x\r\ny', '\xe9', ':status'),
        value,
      ),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constant('x-a'), fc.constantFrom('\0', 'a\r\nTE: x', '\n', ' a ')),
    },
  ),
  { maxLength: 6 },
);

/** What has to arrive unchanged: the values by lower-case name. */
export function endToEnd(fields: readonly Field[]): Map<string, string[]> {
  const lower = fields.map(([it, value]) => [it.toLowerCase(), value] as const);
  const nominated = new Set(
    lower.flatMap(([it, value]) => {
      return it === 'connection' ? value.split(',').map((item) => item.trim().toLowerCase()) : [];
    }),
  );
  const kept = new Map<string, string[]>();
  const unclear = new Set<string>();
  for (const [it, value] of lower) {
    if (ENDS_AT_HOP.test(it) || OWN.test(it) || isReporting(it) || nominated.has(it)) continue;
    if (!PLAIN_NAME.test(it) || !PLAIN_VALUE.test(value)) unclear.add(it);
    kept.set(it, [...(kept.get(it) ?? []), value]);
  }
  for (const it of unclear) kept.delete(it);
  return kept;
}

/** What is wrong with fields (flat) on the other side of the proxy, or null. */
export function lostOf(
  sent: ReadonlyMap<string, readonly string[]>,
  flat: readonly string[],
): string | null {
  const got = new Map<string, string[]>();
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const it = (flat[at] ?? '').toLowerCase();
    got.set(it, [...(got.get(it) ?? []), flat[at + 1] ?? '']);
  }
  for (const [it, values] of sent) {
    const there = got.get(it)?.join(', ');
    // Of what must not be repeated only the first is kept.
    if (there !== values.join(', ') && there !== values[0]) {
      return `${it}: ${JSON.stringify(there)} instead of ${JSON.stringify(values)}`;
    }
  }
  return null;
}
