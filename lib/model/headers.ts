/** Headers of one message: `name, value, name, value`, in order and case as received. */
export type FlatHeaders = readonly string[];

/** The name and value pairs of a flat array. */
export function pairsOf(headers: FlatHeaders): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    pairs.push([headers[index] ?? '', headers[index + 1] ?? '']);
  }
  return pairs;
}

/** The values of a header, in order; `lowerName` in lower case. */
export function headerValues(headers: FlatHeaders, lowerName: string): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index];
    if (name?.length !== lowerName.length) continue;
    if (name === lowerName || name.toLowerCase() === lowerName) {
      values.push(headers[index + 1] ?? '');
    }
  }
  return values;
}
