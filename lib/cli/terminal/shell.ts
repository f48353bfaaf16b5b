import { printable } from '../text/printable.ts';

export const NUL = '\u0000';
/** What every shell reads as one word. */
const PLAIN_WORD = /^[\w@%+=:,./][\w@%+=:,./-]*$/;

/**
 * One word for any POSIX shell. Characters that steer a terminal are written as escapes of printf, one by
 * one, so that the quotes around them are those of every shell.
 */
export function quoted(text: string): string {
  const pieces = chunksOf(text.replaceAll(NUL, ''));
  const words = pieces.map(({ isShown, piece }) =>
    isShown ? `'${piece.replaceAll("'", `'\\''`)}'` : `"$(printf '${octal(piece)}')"`,
  );
  return words.length === 0 ? "''" : words.join('');
}

/** A word in quotes only where it needs them. */
export function shellWord(text: string): string {
  return PLAIN_WORD.test(text) ? text : quoted(text);
}

/** The command that accepts what holds a version back. */
export function acceptCommand(version: string, name: string): string {
  return `vili accept ${shellWord(version)} ${shellWord(name)}`;
}

// Private

interface Chunk {
  readonly piece: string;
  readonly isShown: boolean;
}

/** Runs of characters that can be shown, and runs of those that cannot. */
function chunksOf(text: string): readonly Chunk[] {
  const chunks: { piece: string; isShown: boolean }[] = [];
  for (const character of text) {
    const isShown = character === '\n' || printable(character) === character;
    const last = chunks.at(-1);
    if (last?.isShown === isShown) last.piece += character;
    else chunks.push({ piece: character, isShown });
  }
  return chunks;
}

function octal(text: string): string {
  return [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
