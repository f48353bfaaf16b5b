/** All chunks as one buffer; a single chunk is not copied. */
export function concatenated(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}
