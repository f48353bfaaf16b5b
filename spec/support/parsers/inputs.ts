import * as fc from 'fast-check';

/** Length of the longest texts: what grows with the square of it shows. */
const PUMPED_CHARACTERS = 65_536;
const WORDS_MAX = 30;

/**
 * Texts that a parser may meet: words that mean something to it in any order, samples with changes, anything, and now
 * and then a few words repeated to 64 KiB.
 */
export function texts(
  words: readonly string[],
  samples: readonly string[] = words,
): fc.Arbitrary<string> {
  const any = fc.string({ unit: 'binary', maxLength: 3 });
  const word = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...words) },
    { weight: 1, arbitrary: any },
  );
  const joined = fc.array(word, { maxLength: WORDS_MAX }).map((parts) => parts.join(''));
  const changed = fc
    .tuple(fc.constantFrom(...samples), fc.array(change(word), { maxLength: 3 }))
    .map(([sample, changes]) => changes.reduce(changedBy, sample));
  const pumped = fc
    .record({
      before: fc.oneof(joined, fc.constant('')),
      unit: fc.array(fc.oneof(word, fc.constantFrom(...samples)), { minLength: 1, maxLength: 3 }),
      after: joined,
    })
    .map(({ before, unit, after }) => before + repeated(unit.join('') || 'a') + after);
  return fc.oneof(
    { weight: 100, arbitrary: joined },
    { weight: 100, arbitrary: changed },
    { weight: 20, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
    { weight: 3, arbitrary: pumped },
  );
}

/** The same as bytes; half of them as Latin-1, so that any byte comes. */
export function bytesOf(inputs: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  return fc
    .tuple(inputs, fc.boolean())
    .map(([text, isLatin]) => Buffer.from(text, isLatin ? 'latin1' : 'utf8'));
}

/** JSON values close to `valid` ones: some of their places are absent or have another value. */
export function damaged(...valid: readonly object[]): fc.Arbitrary<unknown> {
  const damage = fc.record({
    place: fc.nat(),
    value: fc.oneof(
      fc.constantFrom<unknown>(undefined, null, 0, -1, 1e308, '', [], {}, [null], 'x'.repeat(5000)),
      fc.jsonValue(),
      fc.constantFrom('__proto__', 'constructor', '../..', '\0', true, '1', 'Infinity'),
    ),
  });
  return fc
    .tuple(fc.constantFrom(...valid), fc.array(damage, { maxLength: 4 }))
    .map(([whole, damages]) => damages.reduce<unknown>(damagedBy, structuredClone(whole)));
}

/** JSON texts of such values, and texts that are no JSON. */
export function damagedTexts(...valid: readonly object[]): fc.Arbitrary<string> {
  const samples = valid.map((it) => JSON.stringify(it));
  const words = ['{', '}', '[', ']', '"', ':', ',', '0', '1e999', 'null', '\\', '"a"', '\n', '\0'];
  return fc.oneof(
    { weight: 3, arbitrary: damaged(...valid).map((it) => JSON.stringify(it) ?? '') },
    { weight: 1, arbitrary: texts(words, samples) },
  );
}

// Private

interface Change {
  readonly at: number;
  readonly removes: number;
  readonly adds: string;
}

function change(word: fc.Arbitrary<string>): fc.Arbitrary<Change> {
  return fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    removes: fc.constantFrom(0, 0, 1, 2, 50),
    adds: fc.oneof(word, fc.constant('')),
  });
}

function changedBy(text: string, { at, removes, adds }: Change): string {
  const from = Math.floor(at * text.length);
  return text.slice(0, from) + adds + text.slice(from + removes);
}

function repeated(unit: string): string {
  return unit.repeat(Math.ceil(PUMPED_CHARACTERS / unit.length)).slice(0, PUMPED_CHARACTERS);
}

/** Every place of a value: the object it is in, and its key. */
function placesOf(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [[holder, key], ...placesOf(holder[key])]);
}

function damagedBy(whole: unknown, { place, value }: { place: number; value: unknown }): unknown {
  const places = placesOf(whole);
  const found = places[place % Math.max(1, places.length)];
  if (found === undefined) return structuredClone(value);
  const [holder, key] = found;
  if (value === undefined) delete holder[key];
  else holder[key] = structuredClone(value);
  return whole;
}
