import { Lexer } from 'yaml';

/** More levels than any file for people has. The parser is recursive: at some thousand levels it ends the process. */
const MAX_LEVELS = 200;
const LINE_END = /^\r?\n$/;
/** Marks of the lexer that are no part of the text. */
const MARKS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f']);
const SPACES = /^[ \t]+$/;
/** Spaces, tags and anchors; a colon, too, opens a level where nothing but these stands before it, as in `: : a`. */
const NO_KEY = /^(?:[ \t]+|[!&].*|:)$/;

/**
 * The offset at which a yaml text is nested deeper than 200 levels, by brackets, indentation, `- - -` or `: : :`; null when it
 * is not. Ask before the text is parsed. Takes linear time and no stack.
 */
export function tooDeepAt(source: string): number | null {
  const columns: number[] = [];
  let [offset, column, brackets, isStart] = [0, 0, 0, true];
  for (const lexeme of new Lexer().lex(source)) {
    if (lexeme === '{' || lexeme === '[') brackets++;
    else if (lexeme === '}' || lexeme === ']') brackets = Math.max(0, brackets - 1);
    else if (brackets === 0 && isStart && !MARKS.has(lexeme) && !SPACES.test(lexeme)) {
      // An empty line ends nothing.
      if (!LINE_END.test(lexeme)) {
        while ((columns.at(-1) ?? -1) >= column) columns.pop();
        columns.push(column);
      }
    }
    if (columns.length + brackets > MAX_LEVELS) return offset;
    if (MARKS.has(lexeme)) continue;
    offset += lexeme.length;
    if (LINE_END.test(lexeme)) [column, isStart] = [0, true];
    else {
      column += lexeme.length;
      const opens = lexeme === '-' || lexeme === '?';
      isStart = opens || (isStart && NO_KEY.test(lexeme));
    }
  }
  return null;
}
