import type { IncomingMessage } from 'node:http';
import { BadRequestError, ViliError } from '../../errors.ts';

/** Reads a JSON body of at most `maxBytes`; an absent body counts as an empty object. */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const piece = chunk as Buffer;
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(piece);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequestError('the body is not valid JSON');
  }
}

// Private

function tooLarge(maxBytes: number): ViliError {
  const text = `the body is larger than the limit of ${maxBytes} bytes`;
  return new ViliError('VILI_BODY_TOO_LARGE', text, { httpStatus: 413 });
}
