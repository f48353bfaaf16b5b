import { type DefaultTreeAdapterTypes as Tree, defaultTreeAdapter, Parser } from 'parse5';

/**
 * Of a page, at most so much is read: the parser's time grows with the product of some of them. What
 * comes later is not compared.
 */
const MAX_CHARACTERS = 1_048_576;
const MAX_ELEMENTS = 20_000;
const MAX_DEPTH = 256;
/** The parser compares each attribute with all others of its element. */
const MAX_ATTRIBUTES = 1000;
/** After so many characters the limits of what the parser does not count itself are checked. */
const CHUNK = 8192;

export type HtmlDocument = Tree.Document;

/** The tree that browsers make of a text; of a page beyond the limits the part that was read. */
export function parseHtml(text: string): HtmlDocument {
  let elements = 0;
  let depth = 0;
  const parser = new Parser<Tree.DefaultTreeAdapterMap>({
    // What browsers show is the page for those that run scripts.
    scriptingEnabled: true,
    treeAdapter: {
      ...defaultTreeAdapter,
      createElement(tagName, namespace, attributes) {
        if (++elements > MAX_ELEMENTS) throw new TooMuch();
        return defaultTreeAdapter.createElement(tagName, namespace, attributes);
      },
      onItemPush() {
        if (++depth > MAX_DEPTH) throw new TooMuch();
      },
      onItemPop() {
        depth--;
      },
    },
  });
  try {
    const end = Math.min(text.length, MAX_CHARACTERS);
    for (let at = 0; at < end; at += CHUNK) {
      parser.tokenizer.write(text.slice(at, Math.min(end, at + CHUNK)), false);
      if (openAttributes(parser) > MAX_ATTRIBUTES) throw new TooMuch();
    }
    parser.tokenizer.write('', true);
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
  }
  return parser.document;
}

// Private

class TooMuch extends Error {}

/** The attributes of the tag that the parser is in the middle of; it keeps them to itself. */
function openAttributes({ tokenizer }: { readonly tokenizer: object }): number {
  const { currentToken } = tokenizer as { currentToken?: { attrs?: readonly unknown[] } | null };
  return currentToken?.attrs?.length ?? 0;
}
