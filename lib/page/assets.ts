import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { assetFiles } from './asset-list.ts';

const compress = promisify(gzip);

/** What the others are imported by, directly or not. */
const FIRST_MODULES = ['/page/app.js', '/page/again.js'];
/** As the compiler writes it; `import(…)` is left to whoever wants the module. */
const STATIC_IMPORT = /^(?:import\b[^'\n(]*|export\b[^'\n(]*\bfrom\s*)'([^']+)';/gm;

/** A file of the page as it is sent: strong ETags, one for each encoding. */
export interface Asset {
  readonly type: string;
  readonly plain: Encoded;
  /** Compressed when it is first asked for. */
  readonly gzip: () => Promise<Encoded>;
}

export interface Encoded {
  readonly bytes: Buffer;
  /** With its quotes. */
  readonly etag: string;
}

export type Assets = ReadonlyMap<string, Asset>;

let known: Promise<Assets> | null = null;

/** The page, read once, when somebody first asks for it; by the path of its address. */
export function pageAssets(): Promise<Assets> {
  known ??= readAssets().catch((error: unknown) => {
    known = null;
    throw error;
  });
  return known;
}

// Private

async function readAssets(): Promise<Assets> {
  const files = await assetFiles();
  const contents = new Map<string, Buffer>(
    await Promise.all(files.map(async ({ url, file }) => [url, await readFile(file)] as const)),
  );
  const index = contents.get('/');
  if (index !== undefined) contents.set('/', withPreloads(index.toString(), contents));
  return new Map(
    files.map(({ url, type }) => [url, encode(type, contents.get(url) ?? Buffer.of())] as const),
  );
}

/**
 * Names in the head of the page every module that its first view needs: a browser asks for all at once, instead of for each
 * once it has read who imports it.
 */
function withPreloads(html: string, contents: ReadonlyMap<string, Buffer>): Buffer {
  const urls = new Set(FIRST_MODULES);
  for (const url of urls) {
    for (const [, path = ''] of (contents.get(url)?.toString() ?? '').matchAll(STATIC_IMPORT)) {
      urls.add(new URL(path, `http://vili${url}`).pathname);
    }
  }
  const links = Array.from(urls, (url) => `    <link rel="modulepreload" href="${url}">\n`);
  return Buffer.from(html.replace('  </head>', () => `${links.join('')}  </head>`));
}

function encode(type: string, bytes: Buffer): Asset {
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  let zipped: Promise<Encoded> | null = null;
  const zip = async (): Promise<Encoded> => ({
    bytes: await compress(bytes, { level: 9 }),
    etag: `"${hash}-gz"`,
  });
  return {
    type,
    plain: { bytes, etag: `"${hash}"` },
    gzip: () => (zipped ??= zip()),
  };
}
