/**
 * Control characters (also the C1 range, which terminals obey in UTF-8) and marks that reverse or
 * hide text. Versions, messages and actor names come from outside and must not steer a terminal.
 */
const UNPRINTABLE =
  // oxlint-disable-next-line no-control-regex -- control characters are removed
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Text from outside on one line, without characters that steer a terminal. */
export function printable(text: string): string {
  return text.replace(/[\t\r\n]+/g, ' ').replace(UNPRINTABLE, '');
}

/** JSON for standard output, with the same characters as escapes. */
export function printableJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent) ?? 'null';
  return text.replace(UNPRINTABLE, (character) => {
    if (character === '\n') return character;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
