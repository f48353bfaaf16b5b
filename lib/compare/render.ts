/** Renderings in differences are at most this long. */
const MAX_RENDERING_LENGTH = 80;

/** Stands for a value that must not be shown. */
export const MASKED = '[masked]';

/** The text on one line, cut to 80 characters, control characters made visible. */
export function brief(text: string): string {
  const cut =
    text.length > MAX_RENDERING_LENGTH ? `${text.slice(0, MAX_RENDERING_LENGTH - 1)}…` : text;
  return cut.replace(/[\p{Cc}\u2028\u2029]/gu, '\uFFFD');
}
