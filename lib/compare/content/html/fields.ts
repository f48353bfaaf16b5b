import { isIdentifier } from '../../endpoint/segment.ts';

const MAX_LENGTH = 80;

/** The name of a field, with numbers and ids in it left out: `items[{n}][size]`. */
export function nameOf(name: string): string {
  const text = name.trim().slice(0, MAX_LENGTH);
  return text
    .split(/([[\]._:-])/)
    .map((part) => (part.length > 1 && isIdentifier(part) ? '{id}' : part.replace(/\d+/g, '{n}')))
    .join('');
}
