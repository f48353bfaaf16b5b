import { readBytes, readZip } from './reader.ts';

/**
 * The texts of the zip's entries that `wanted` accepts, by name; entries larger than `maxBytes` are
 * omitted. Throws `ArchiveFailed` for a zip that cannot be read.
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
    texts.set(entry.name, (await readBytes(entry, signal)).toString());
  });
  return texts;
}
