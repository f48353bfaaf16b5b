import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ViliError } from '../../errors.ts';
import type { Download } from '../views/download.ts';

/** Each holds what it sends until the other side has it. */
export const MAX_DOWNLOADS = 4;

/**
 * Sends a file to be kept, not shown. Piece by piece, as fast as it is taken; one who takes nothing for `idleMs` is cut off.
 * Resolves when the response is over, also where the other side has gone, before or meanwhile.
 */
export async function sendFile(
  response: ServerResponse,
  { name, contentType, pieces }: Download,
  { isHead, idleMs }: { readonly isHead: boolean; readonly idleMs: number },
): Promise<void> {
  if (response.destroyed) return;
  response.writeHead(200, {
    'content-type': contentType,
    'content-disposition': `attachment; filename="${name}"`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  });
  if (isHead) {
    response.end();
    return;
  }
  response.setTimeout(idleMs, () => response.destroy());
  try {
    await pipeline(Readable.from(pieces), response);
  } catch (error) {
    if (!response.destroyed) throw error;
  }
}

export function tooManyDownloads(): ViliError {
  const text = `${MAX_DOWNLOADS} downloads are under way, and there can be no more at a time`;
  return new ViliError('VILI_TOO_MANY_STREAMS', text, { httpStatus: 503 });
}
