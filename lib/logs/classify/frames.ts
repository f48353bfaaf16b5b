/** Longer traces are cut before any pattern is applied. */
const MAX_TRACE = 8000;
/** Frames looked at until one has something that survives a rebuild. */
const MAX_FRAMES = 8;

const AT_FRAMES = /(?:^|\n)[ \t]{0,16}at ([^\n]{1,300})/g;
/** Code that a runtime or a framework generates, under another name in each process. */
const GENERATED = /\$\$|\$Proxy|<generated>|GeneratedMethodAccessor|LambdaForm|DirectMethodHandle/;
/** Names of files that a bundler made: `main.4f2a91bc.js`, `chunk-QWERTYUI.js`, `index-BfG3kLs2.mjs`. */
const BUILT_FILE = /\.(?:[cm]?js|ts|jsx|tsx)$/;
/** Of a minified name, so many characters at most; in a file that is known to be built, one more. */
const MINIFIED_LENGTH = 2;

/**
 * The top frame of a stack trace of Java, Node, Python or Go, by what survives a rebuild: without
 * line numbers and folders, minified names, generated code, and the hashes in names of built files. Empty
 * where nothing is left.
 */
export function topFrameOf(stack: string): string {
  const text = stack.slice(0, MAX_TRACE);
  return pythonFrame(text) ?? atFrame(text) ?? goFrame(text) ?? '';
}

// Private

/** Python prints the innermost call last. */
function pythonFrame(text: string): string | null {
  const frames = [...text.matchAll(/File "([^"\n]{1,300})", line \d+, in ([^\n]{1,100})/g)];
  const last = frames.at(-1);
  return last === undefined ? null : `${last[2] ?? ''} (${fileName(last[1] ?? '')})`;
}

/** Java and Node: `at place(file:line)`, without the folder, whose name contains a version. */
function atFrame(text: string): string | null {
  let looked = 0;
  let seen = false;
  for (const [, line] of text.matchAll(AT_FRAMES)) {
    if (looked++ >= MAX_FRAMES) break;
    seen = true;
    if (line === undefined || GENERATED.test(line)) continue;
    const frame = survivorsOf(line);
    if (frame !== '') return frame;
  }
  return seen ? '' : null;
}

function survivorsOf(line: string): string {
  const [, place, written] = /^(.*?)\s?\(([^()]*)\)/.exec(line) ?? [];
  if (place === undefined) return builtFile(fileName(line));
  const file = fileName(written ?? '');
  const shown = builtFile(file);
  const isBuilt = shown !== file;
  const name = withoutMinified(place, isBuilt ? MINIFIED_LENGTH + 1 : MINIFIED_LENGTH);
  if (name === '' || shown === '*') return name === '' ? shown.replace(/^\*$/, '') : name;
  return `${name} (${shown})`;
}

/** The names of a place that are long enough to have been written by people; empty where none is. */
function withoutMinified(place: string, length: number): string {
  const names = place.replace(/^(?:async |new )+/, '').split(/([.#/])/);
  const kept = names.map((name) =>
    name.length <= length && /^[A-Za-z_$][\w$]*$/.test(name) ? '*' : name,
  );
  return kept.some((name) => /[A-Za-z]/.test(name)) ? kept.join('') : '';
}

/** The name of a file without the parts that are its hash. */
function builtFile(name: string): string {
  if (!BUILT_FILE.test(name)) return name;
  const end = name.lastIndexOf('.');
  const parts = name.slice(0, end).split(/([-.~])/);
  const kept = parts.map((part) => (isHash(part) ? '*' : part));
  return `${kept.join('')}${name.slice(end)}`;
}

function isHash(part: string): boolean {
  if (/^\d+$/.test(part)) return true;
  if (/^(?=.*\d)[\da-f]{5,}$/.test(part)) return true;
  // The hashes of esbuild, rollup and vite have 8 characters of both cases, or upper case only.
  return part.length === 8 && /^(?=.*[A-Z\d])[\w]+$/.test(part) && !/^[A-Z]?[a-z]+$/.test(part);
}

/** Go: the function on one line, its file on the next, which is indented. */
function goFrame(text: string): string | null {
  const match = /^([^\s()]{1,200})(?:\([^\n]*\))?\n\t([^\n]{1,300}):\d+/m.exec(text);
  return match === null ? null : `${match[1] ?? ''} (${fileName(match[2] ?? '')})`;
}

function fileName(place: string): string {
  const name = place.slice(Math.max(place.lastIndexOf('/'), place.lastIndexOf('\\')) + 1);
  return name.replace(/(?::\d+)+$/, '');
}
