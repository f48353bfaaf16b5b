import { comparePlaces, type PlacedDocument } from '../places.ts';
import type { ContentKind } from '../kind.ts';
import type { Source } from '../source.ts';
import { placesOfPage } from './page.ts';
import { parseHtml } from './parse.ts';

const HTML_TYPES: ReadonlySet<string> = new Set(['text/html', 'application/xhtml+xml']);
/** How a page begins that is not declared as one. */
const BEGINNING = /^\s*(?:<!--[^>]{0,500}-->\s*)?<(?:!doctype\s+html|html|head|body)\b/i;
const SEARCHED = 2048;

export interface HtmlContent extends PlacedDocument {
  readonly kind: 'html';
}

/** Pages, compared by what users and their programs find in them. */
export const html: ContentKind<HtmlContent> = {
  kind: 'html',
  read(source: Source) {
    const { text, type } = source;
    if (text === null) return null;
    const isUnsure = type === '' || type === 'text/plain' || type === 'application/octet-stream';
    if (!HTML_TYPES.has(type) && !(isUnsure && BEGINNING.test(text.slice(0, SEARCHED))))
      return null;
    if (source.isShallow) return { kind: 'html', label: 'HTML', places: null };
    const places = placesOfPage(parseHtml(text), source.site);
    return { kind: 'html', label: 'HTML', places };
  },
  compare: comparePlaces,
};
