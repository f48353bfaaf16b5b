/** A settings file with one change. */
export interface Edited {
  readonly text: string;
  /** Of the setting in the new file, from 1. */
  readonly line: number;
  /** The line that is replaced; null where one is added. */
  readonly before: string | null;
  /** What is written, with its comment. */
  readonly after: string;
}

/** As most of the file has it. */
export function lineEndOf(source: string): '\n' | '\r\n' {
  const all = source.split('\n').length - 1;
  return source.split('\r\n').length - 1 > all / 2 ? '\r\n' : '\n';
}
