import { MASKED } from '../json/parse.ts';

/** The text without this secret, wherever it stands; '' is no secret. */
export function withoutSecret(text: string, secret: string): string {
  return secret === '' ? text : text.replaceAll(secret, MASKED);
}
