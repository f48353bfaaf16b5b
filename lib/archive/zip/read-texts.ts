import { readContent, readZip } from './reader.ts';

/**
 * The texts of those entries of a zip that `wanted` says yes to, by name; larger ones than
 * `maxBytes` are left out. Throws `ArchiveFailed` for a zip that cannot be read.
 */
export async function readTexts(
  zipFile: string,
  wanted: (name: string) => boolean,
  maxBytes: number,
): Promise<ReadonlyMap<string, string>> {
  const { signal } = new AbortController();
  const texts = new Map<string, string>();
  await readZip(zipFile, signal, async (entry) => {
    if (entry.type !== 'file' || entry.size > maxBytes || !wanted(entry.name)) return;
    const chunks: Buffer[] = [];
    await readContent(entry, signal, (chunk) => {
      chunks.push(chunk);
      return Promise.resolve();
    });
    texts.set(entry.name, Buffer.concat(chunks).toString('utf8'));
  });
  return texts;
}
