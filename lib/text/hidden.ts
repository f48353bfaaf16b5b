/** Marks that reverse or hide text, so that a person reads something else than there is. */
const MARKS = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

export function withoutHiddenMarks(text: string): string {
  return text.replace(MARKS, '');
}

/** JSON with the same content and such marks as escapes. */
export function visibleJson(json: string): string {
  return json.replace(MARKS, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
