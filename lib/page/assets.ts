import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type AssetFile, assetFiles, SCRIPT } from './asset-list.ts';

const compress = promisify(gzip);

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
  const read = async (of: AssetFile): Promise<Asset> => {
    const bytes = await readFile(of.file);
    return encode(of.type, of.url === '/' ? withPreloads(bytes, files) : bytes);
  };
  return new Map(
    await Promise.all(files.map(async (file) => [file.url, await read(file)] as const)),
  );
}

/** Names every module in the head: a browser asks for all at once, instead of for each once it has read who imports it. */
function withPreloads(html: Buffer, files: readonly AssetFile[]): Buffer {
  const modules = files.filter(({ type, isLate }) => type === SCRIPT && isLate !== true);
  const links = modules.map(({ url }) => `    <link rel="modulepreload" href="${url}">\n`);
  return Buffer.from(html.toString().replace('  </head>', () => `${links.join('')}  </head>`));
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
