import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the page, before it is read. */
export interface AssetFile {
  /** The path of its address, `/page/app.js`. */
  readonly url: string;
  /** Absolute. */
  readonly file: string;
  readonly type: string;
}

const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

/** `dist`, where the modules of the page are below `page`. */
const COMPILED = fileURLToPath(new URL('../../', import.meta.url));
const STATIC = fileURLToPath(new URL('../../../page/static/', import.meta.url));

/** Modules of the daemon that the page shares: how numbers, times, differences and a request as a command are written. */
const SHARED = [
  'errors',
  'cli/text/json-lines',
  'cli/text/line-diff',
  'operator/views/effects',
  'text/numbers',
  'text/times',
  'cli/text/printable',
  'cli/text/curl',
  'cli/terminal/shell',
  'model/headers',
];

/** Everything the page consists of: nothing else of the disk is ever served. Throws where the package is not whole. */
export async function assetFiles(): Promise<readonly AssetFile[]> {
  const folder = join(COMPILED, 'page');
  const names = await readdir(folder, { recursive: true });
  const modules = names.filter((name) => name.endsWith('.js')).toSorted();
  return [
    { url: '/', file: join(STATIC, 'index.html'), type: 'text/html; charset=utf-8' },
    { url: '/page/style.css', file: join(STATIC, 'style.css'), type: STYLE },
    { url: '/page/icon.svg', file: join(STATIC, 'icon.svg'), type: 'image/svg+xml' },
    ...modules.map((name) => script(`/page/${name}`, join(folder, name))),
    ...SHARED.map((name) => script(`/lib/${name}.js`, join(COMPILED, 'lib', `${name}.js`))),
    script('/page/vendor/preact.js', inPackage('htm/preact/standalone')),
    script('/page/vendor/ansi-up.js', inPackage('ansi_up')),
    script('/page/vendor/uplot.js', beside('uplot', 'uPlot.esm.js')),
    { url: '/page/vendor/uplot.css', file: beside('uplot', 'uPlot.min.css'), type: STYLE },
    script('/page/vendor/diff.js', join(inPackage('diff'), '../../dist/diff.min.js')),
  ];
}

// Private

function script(url: string, file: string): AssetFile {
  return { url, file, type: SCRIPT };
}

function inPackage(name: string): string {
  return fileURLToPath(import.meta.resolve(name));
}

function beside(name: string, file: string): string {
  return join(dirname(inPackage(name)), file);
}
