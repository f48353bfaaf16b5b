import type { IncomingMessage, ServerResponse } from 'node:http';
import { ViliError } from '../errors.ts';
import { type Asset, type Encoded, pageAssets } from './assets.ts';
import { PAGE_HEADERS } from './headers.ts';

/** What is asked of the API, and not of the page. */
const API = /^\/(?:v1(?:\/|$)|metrics$)/;

/** Whether this path is for the page to respond to, with a 404 where it has nothing. */
export function isOfPage(path: string): boolean {
  return !API.test(path);
}

/**
 * Sends the file of the page at this path, or a 304 to who has it already. Throws ViliError 404 and 405. Who may ask is up to
 * the caller: there is nothing in these files that a stranger may not see.
 */
export async function servePage(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const asset = (await pageAssets()).get(path);
  if (asset === undefined) {
    throw new ViliError('VILI_NO_ROUTE', `no such path: ${path}`, { httpStatus: 404 });
  }
  if (method !== 'GET' && method !== 'HEAD') {
    const text = `${path} takes GET, not ${method}`;
    throw new ViliError('VILI_WRONG_METHOD', text, { httpStatus: 405 });
  }
  const isGzip = takesGzip(headers['accept-encoding']);
  const chosen = isGzip ? await asset.gzip() : asset.plain;
  const fields = { ...PAGE_HEADERS, ...fieldsOf(asset, chosen) };
  if (isKnown(headers['if-none-match'], chosen)) {
    response.writeHead(304, fields).end();
    return;
  }
  response.writeHead(200, {
    ...fields,
    'content-length': chosen.bytes.length,
    ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
  });
  response.end(method === 'HEAD' ? undefined : chosen.bytes);
}

// Private

function fieldsOf({ type }: Asset, { etag }: Encoded): Record<string, string> {
  // Asked for again each time, so that the page of another release of Vili is never mixed.
  return { 'content-type': type, etag, 'cache-control': 'no-cache', vary: 'Accept-Encoding' };
}

function takesGzip(accepted: string | string[] | undefined): boolean {
  const parts = String(accepted ?? '')
    .toLowerCase()
    .split(',');
  return parts.some((part) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/.test(part));
}

function isKnown(given: string | undefined, { etag }: Encoded): boolean {
  return (given ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
}
