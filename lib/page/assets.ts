import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type AssetFile, assetFiles } from './asset-list.ts';

const compress = promisify(gzip);

/** A file of the page as it is sent: strong ETags, one for each encoding. */
export interface Asset {
  readonly type: string;
  readonly plain: Encoded;
  readonly gzip: Encoded;
}

export interface Encoded {
  readonly bytes: Buffer;
  /** With its quotes. */
  readonly etag: string;
}

export type Assets = ReadonlyMap<string, Asset>;

let known: Promise<Assets> | null = null;

/** The page, read and compressed once, when somebody first asks for it; by the path of its address. */
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
  return new Map(
    await Promise.all(files.map(async (file) => [file.url, await read(file)] as const)),
  );
}

async function read({ file, type }: AssetFile): Promise<Asset> {
  const bytes = await readFile(file);
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  return {
    type,
    plain: { bytes, etag: `"${hash}"` },
    gzip: { bytes: await compress(bytes, { level: 9 }), etag: `"${hash}-gz"` },
  };
}
