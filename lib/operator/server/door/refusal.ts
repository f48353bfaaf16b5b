import type { IncomingHttpHeaders } from 'node:http';
import { ViliError } from '../../../errors.ts';

/** Why a request is not let in, and the status that says so. */
export function refusal(code: string, httpStatus: number, text: string): ViliError {
  return new ViliError(code, text, { httpStatus });
}

/**
 * Against pages in a browser: `Origin`, where there is one, is `own`, and the browser knows of no other site that asks.
 * @throws ViliError `VILI_WRONG_ORIGIN`, 403.
 */
export function checkOrigin(
  { origin, 'sec-fetch-site': site }: IncomingHttpHeaders,
  own: string,
): void {
  const isOwn = origin === undefined || origin === own;
  const isSame = site === undefined || site === 'same-origin' || site === 'none';
  if (isOwn && isSame) return;
  throw refusal('VILI_WRONG_ORIGIN', 403, 'pages of another origin may not ask');
}
