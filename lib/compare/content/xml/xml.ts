import sax, { type Tag } from 'sax';
import type { ContentKind } from '../kind.ts';
import { comparePlaces, type PlacedDocument, Places } from '../places.ts';
import type { Source } from '../source.ts';

const XML_TYPE = /^(?:text|application)\/xml$|\+xml$/;
const BEGINNING = /^\s*<\?xml\s/;
/** What comes later in a document is not compared. */
const MAX_CHARACTERS = 1_048_576;
const MAX_DEPTH = 256;
/** Labels of a path; what lies deeper belongs to the last one. */
const MAX_LABELS = 16;
/** The parser is given so much at a time, so that it can be stopped. */
const CHUNK = 16_384;
const NAMESPACE = /^xmlns(?::|$)/;
/** Attributes that name what the element holds: `<entry key="password">`. */
const NAMING = /^(?:key|name|property|field|param|n)$/i;
const LONGEST_NAME = 64;

export interface XmlContent extends PlacedDocument {
  readonly kind: 'xml';
}

/**
 * XML by structure: elements, attributes and texts by where they are, whatever their namespace prefixes,
 * which writers choose anew in each process. Entities that a document defines are not resolved.
 */
export const xml: ContentKind<XmlContent> = {
  kind: 'xml',
  read({ text, type, isShallow }: Source) {
    if (text === null || type === 'application/xhtml+xml') return null;
    const isUnsure = type === '' || type === 'text/plain';
    if (!XML_TYPE.test(type) && !(isUnsure && BEGINNING.test(text.slice(0, 100)))) return null;
    if (isShallow) return { kind: 'xml', label: 'XML', places: null };
    const reading = new XmlReading();
    const isWellFormed = reading.read(text);
    return {
      kind: 'xml',
      label: isWellFormed ? 'XML' : 'XML that is not well-formed',
      places: reading.places,
    };
  },
  // What was broken already cannot become worse.
  accepts: (running) => running.label !== 'XML',
  compare: comparePlaces,
};

// Private

class Stopped extends Error {}

interface Spot {
  readonly labels: readonly string[];
  readonly path: string;
  readonly inside: Map<string, Spot>;
}

class XmlReading {
  readonly places = new Places();
  readonly #way: Spot[] = [spotOf([])];
  /** What an attribute of each open element names it, '' where none does. */
  readonly #named: string[] = [''];
  #text = '';

  /** False where the text is not well-formed; what came before that is read. */
  read(text: string): boolean {
    const parser = sax.parser(true, { position: false, strictEntities: false });
    let isWellFormed = true;
    const addText = (part: string): void => {
      this.#text += part;
    };
    Object.assign(parser, {
      onerror: () => {
        isWellFormed = false;
        throw new Stopped();
      },
      onopentag: ({ name, attributes }: Tag) => {
        this.#open(name, attributes);
      },
      onclosetag: () => {
        this.#flush();
        this.#way.pop();
        this.#named.pop();
      },
      ontext: addText,
      oncdata: addText,
    });
    try {
      const end = Math.min(text.length, MAX_CHARACTERS);
      for (let at = 0; at < end; at += CHUNK)
        parser.write(text.slice(at, Math.min(end, at + CHUNK)));
      if (end === text.length) parser.close();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
    return isWellFormed;
  }

  // Private

  #open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#flush();
    const spot = this.#way.at(-1);
    if (spot === undefined || this.#way.length > MAX_DEPTH) throw new Stopped();
    const inner = enter(spot, localName(name));
    this.#way.push(inner);
    this.#named.push('');
    this.places.add(inner.path, '', { weight: 2 });
    for (const [key, value] of Object.entries(attributes)) {
      if (NAMESPACE.test(key)) continue;
      const plain = localName(key);
      if (NAMING.test(plain) && value.length <= LONGEST_NAME) this.#named.splice(-1, 1, value);
      this.places.add(`${inner.path} @${plain}`, value, { names: [plain], weight: 3 });
    }
  }

  #flush(): void {
    const text = this.#text.trim();
    this.#text = '';
    const spot = this.#way.at(-1);
    if (text === '' || spot === undefined) return;
    const name = spot.labels.at(-1) ?? '';
    const named = this.#named.at(-1) ?? '';
    const path = named === '' ? spot.path : `${spot.path}[${named}]`;
    const names = [name, named].filter((one) => one !== '');
    this.places.add(`${path} text`, text, { weight: 3, ...(names.length > 0 && { names }) });
  }
}

/** An element within one of its name, as in a tree of comments, is at the same place. */
function enter(spot: Spot, label: string): Spot {
  const known = spot.inside.get(label);
  if (known !== undefined) return known;
  const at = spot.labels.indexOf(label);
  const labels = at === -1 ? [...spot.labels, label] : spot.labels.slice(0, at + 1);
  const inner = labels.length > MAX_LABELS ? spot : spotOf(labels);
  spot.inside.set(label, inner);
  return inner;
}

function spotOf(labels: readonly string[]): Spot {
  return { labels, path: `xml: ${labels.join(' ')}`.trimEnd(), inside: new Map() };
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
