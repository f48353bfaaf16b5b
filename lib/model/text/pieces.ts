/**
 * A long text in pieces. Whoever writes it may let others have their turn after any of them, as long as
 * nothing of what the text is about changes meanwhile.
 */
export type Pieces = Iterable<string>;

/** The JSON of an object: of `fields` as they are, then of those whose value is long. */
export function* objectPieces(
  fields: Readonly<Record<string, unknown>>,
  long: Readonly<Record<string, Pieces>>,
): Generator<string> {
  const head = JSON.stringify(fields);
  yield head.slice(0, -1);
  let between = head === '{}' ? '' : ',';
  for (const [name, value] of Object.entries(long)) {
    yield `${between}${JSON.stringify(name)}:`;
    yield* value;
    between = ',';
  }
  yield '}';
}

/** The JSON of a list, an item in each piece; `textOf` gives the JSON of one. */
export function* listPieces<T>(items: Iterable<T>, textOf: (item: T) => string): Generator<string> {
  let before = '[';
  for (const item of items) {
    yield before + textOf(item);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}

/** What is read back once the text is written. */
export function readBack(pieces: Pieces): unknown {
  return JSON.parse([...pieces].join(''));
}
