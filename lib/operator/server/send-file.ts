import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { ViliError } from '../../errors.ts';
import type { Download } from '../views/download.ts';

/** Each holds what it sends until the other side has it. */
export const MAX_DOWNLOADS = 4;

/**
 * Sends a file to be kept, not shown. Piece by piece, as fast as it is taken; one who takes nothing for `idleMs` is cut off.
 * Resolves when the response is over.
 */
export async function sendFile(
  response: ServerResponse,
  { name, contentType, pieces }: Download,
  { isHead, idleMs }: { readonly isHead: boolean; readonly idleMs: number },
): Promise<void> {
  response.writeHead(200, {
    'content-type': contentType,
    'content-disposition': `attachment; filename="${name}"`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  });
  if (!isHead) {
    response.setTimeout(idleMs, () => response.destroy());
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    for (const piece of pieces) {
      if (gone.signal.aborted) return;
      if (!response.write(piece)) {
        await once(response, 'drain', { signal: gone.signal }).catch(() => {});
      }
    }
  }
  response.end();
}

export function tooManyDownloads(): ViliError {
  const text = `${MAX_DOWNLOADS} downloads are under way, and there can be no more at a time`;
  return new ViliError('VILI_TOO_MANY_STREAMS', text, { httpStatus: 503 });
}
