/** Of the words of either text, so many are in both where they are two texts of one error. */
const SIMILAR_SHARE = 0.5;
/** Words that are written out and in both. */
const MIN_COMMON = 2;
/** Words of a signature that are looked at. */
const MAX_WORDS = 48;

/** The words of the signature of a kind of error, each once. */
export type KindWords = ReadonlySet<string>;

export function kindWords(signature: string): KindWords {
  const words = signature.split(/[\s,;|[\](){}&=:]+/, MAX_WORDS).filter((word) => word !== '');
  return new Set(words);
}

/** Whether two texts may be one error with other names in it: a template that both follow. */
export function areSimilar(one: KindWords, other: KindWords): boolean {
  const [fewer, more] = one.size < other.size ? [one, other] : [other, one];
  let common = 0;
  let written = 0;
  for (const word of fewer) {
    if (!more.has(word)) continue;
    common += 1;
    if (/[\p{L}]{2}/u.test(word)) written += 1;
  }
  return written >= MIN_COMMON && common >= SIMILAR_SHARE * more.size;
}

/** The words that are in both: what is left of a template once two of its texts are known. */
export function commonWords(one: KindWords, other: KindWords): KindWords {
  return new Set([...one].filter((word) => other.has(word)));
}

/** Whether a text has all words of a template, of which enough are written out. */
export function follows(words: KindWords, template: KindWords): boolean {
  let written = 0;
  for (const word of template) {
    if (!words.has(word)) return false;
    if (/[\p{L}]{2}/u.test(word)) written += 1;
  }
  return written >= MIN_COMMON;
}
