import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const SOURCES = ['lib', 'config', 'actors'];
/** `from './x.ts'`, `import './x.ts'` and `import('./x.ts')`, types included. */
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g;
/** Modules that are started by path: `forkChild('./child-entry', …)`, `siblingModule('./worker', …)`. */
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

/** A source file, its length in lines, and the files of the project that it imports. */
export interface SourceFile {
  /** Relative to the project, e.g. `lib/proxy/route.ts`. */
  readonly path: string;
  readonly room: string;
  readonly lines: number;
  readonly imports: readonly string[];
}

/** Reads all sources of `lib`, `config` and `actors`. */
export async function readSources(): Promise<readonly SourceFile[]> {
  const files: SourceFile[] = [];
  for (const folder of SOURCES) {
    const entries = await readdir(join(PROJECT, folder), { recursive: true });
    for (const entry of entries.filter((name) => name.endsWith('.ts')).toSorted()) {
      files.push(await readSource(join(folder, entry)));
    }
  }
  return files;
}

/** The text of a document of the project. */
export function readDocument(path: string): Promise<string> {
  return readFile(join(PROJECT, path), 'utf8');
}

/** `lib/proxy/io/x.ts` is in `lib/proxy`; `config` and `actors` are rooms of their own. */
export function roomOf(path: string): string {
  const [top = '', room = ''] = path.split('/');
  return top === 'lib' ? `${top}/${room}` : top;
}

/** Every circle of imports, each as the list of its files; a file that imports itself is a circle. */
export function circlesOf(files: readonly SourceFile[]): readonly (readonly string[])[] {
  const imports = new Map(files.map((file) => [file.path, file.imports]));
  const circles: string[][] = [];
  const done = new Set<string>();
  const walk = (path: string, way: readonly string[]): void => {
    const at = way.indexOf(path);
    if (at >= 0) circles.push([...way.slice(at), path]);
    if (at >= 0 || done.has(path)) return;
    for (const next of imports.get(path) ?? []) walk(next, [...way, path]);
    done.add(path);
  };
  for (const { path } of files) walk(path, []);
  return circles;
}

// Private

async function readSource(path: string): Promise<SourceFile> {
  const text = await readDocument(path);
  const code = text.replaceAll(COMMENT, '');
  const imports = [...code.matchAll(IMPORT)].map(([, specifier = '']) =>
    normalize(join(dirname(path), specifier)),
  );
  return { path, room: roomOf(path), lines: text.split('\n').length - 1, imports };
}
