/** Renderings in differences are at most this long. */
export const MAX_RENDERING_LENGTH = 80;

/** The text on one line, cut to 80 characters, control characters made visible. */
export function brief(text: string): string {
  const cut =
    text.length > MAX_RENDERING_LENGTH ? `${text.slice(0, MAX_RENDERING_LENGTH - 1)}…` : text;
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return cut.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '\uFFFD');
}
