import type { DefaultTreeAdapterTypes as Tree } from 'parse5';
import type { Site } from '../../address/site.ts';
import { type Place, type PlaceDetail, Places, type Weight } from '../places.ts';
import { Cells } from './cells.ts';
import { nameOf } from './fields.ts';
import { labelOf, type Role, roleOf } from './elements.ts';
import { actionOf, linkOf } from './links.ts';
import type { HtmlDocument } from './parse.ts';

/** Labels of a path, at most; what lies deeper belongs to the last one. */
const MAX_LABELS = 12;
/** A path of at least one folder, without a query. */
const PLAIN_LINK = /^(\/(?:[^/?#]+\/)+)[^/?#]+$/;
const FIELD: PlaceDetail = { weight: 0, isType: true };
const LANDMARKS = /^(?:main|nav|header|footer|aside|\[role=.*)$/;
const PAGE: PlaceDetail = { weight: 0, isPresence: true };

/** Where in the page the walk is. */
interface Spot {
  readonly labels: readonly string[];
  readonly path: string;
  /** A heading's own text counts with it. */
  readonly weight: Weight;
  readonly inside: Map<string, Spot>;
  readonly fields: Map<string, Spot>;
  /** What is found here again and again, found by its path only once. */
  self: Place | null;
  text: Place | null;
}

/**
 * What a page has: title, landmarks, headings, forms with their fields, links, and all else by the elements
 * that say what is in them (`html: main ul li`), with the texts there. Elements that only
 * arrange or decorate (`div`, `b`), classes, and names of files are left out: they change with the looks.
 */
export function placesOfPage(document: HtmlDocument, site: Site): Places {
  const page = new Page(site);
  page.walk(document, page.root);
  page.end();
  return page.places;
}

// Private

class Page {
  readonly places = new Places();
  readonly root: Spot = spotOf([], 4);
  readonly #site: Site;
  readonly #forms = new Map<string, Spot>();
  readonly #folders = new Map<string, string>();
  readonly #cells = new Cells();
  /** What names the text here. */
  #names: readonly string[] = [];
  #text = '';
  #textAt: Spot = this.root;

  constructor(site: Site) {
    this.#site = site;
  }

  walk(parent: Tree.ParentNode, spot: Spot): void {
    for (const node of parent.childNodes) {
      const { nodeName } = node;
      if (nodeName === '#text') this.#addText((node as Tree.TextNode).value, spot);
      else if (!nodeName.startsWith('#')) this.#element(node as Tree.Element, spot);
    }
  }

  end(): void {
    this.#flush();
  }

  // Private

  #element(element: Tree.Element, spot: Spot): void {
    const { tagName } = element;
    const attribute = (name: string): string | null => {
      for (const one of element.attrs) if (one.name === name) return one.value;
      return null;
    };
    const role = roleOf(tagName, attribute);
    const outer = this.#names;
    const names = this.#cells.begin(tagName, () => Number(attribute('colspan') ?? 1));
    if (role !== 'inline' || names.length > 0) this.#flush();
    if (names.length > 0) this.#names = names;
    this.#within(element, role, attribute, spot);
    if (role !== 'inline' || names.length > 0) this.#flush();
    this.#cells.end(tagName);
    this.#names = outer;
  }

  #within(element: Tree.Element, role: Role, attribute: Attributes, spot: Spot): void {
    const { tagName } = element;
    switch (role) {
      case 'inline':
        if (tagName === 'a') this.#link(attribute('href'), spot);
        this.walk(element, spot);
        break;
      case 'head':
        this.#head(element, attribute);
        break;
      case 'hidden':
        break;
      case 'form':
        this.walk(element, this.#form(attribute));
        break;
      case 'field':
        this.#field(element, attribute, spot);
        break;
      case 'media':
        if (hasSource(attribute))
          this.places.add(`html: ${[...spot.labels, tagName].join(' ')}`, '');
        break;
      case 'frame':
        this.walk(element, spot);
        break;
      default: {
        const inner = this.#enter(spot, labelOf(tagName, role));
        this.#count(inner);
        this.walk(element, inner);
      }
    }
  }

  #count(spot: Spot, value = '', detail: PlaceDetail = { weight: spot.weight }): void {
    if (spot.self === null) spot.self = this.places.add(spot.path, value, detail);
    else this.places.put(spot.self, value);
  }

  /** An element that is there already on the way is the same place: lists within lists. */
  #enter(spot: Spot, label: string): Spot {
    const known = spot.inside.get(label);
    if (known !== undefined) return known;
    const at = spot.labels.indexOf(label);
    const labels = at === -1 ? [...spot.labels, label] : spot.labels.slice(0, at + 1);
    const inner = labels.length > MAX_LABELS ? spot : spotOf(labels, weightOf(label));
    spot.inside.set(label, inner);
    return inner;
  }

  #head({ tagName, childNodes }: Tree.Element, attribute: Attributes): void {
    if (tagName === 'title') {
      const text = childNodes.map((node) => ('value' in node ? node.value : '')).join('');
      if (text.trim() !== '') this.places.add('html: title', words(text), { weight: 0 });
    } else if (tagName === 'base') {
      this.places.add('html: base', attribute('href') ?? '');
    } else if (tagName === 'meta') {
      const name = attribute('name') ?? attribute('property') ?? attribute('http-equiv');
      if (name === null) return;
      const path = `html: meta[${nameOf(name)}]`;
      this.places.add(path, words(attribute('content') ?? ''), { names: [name] });
    } else if (tagName === 'link') {
      const rel = words(attribute('rel') ?? '').toLowerCase();
      if (rel !== '') this.places.add(`html: link[rel=${nameOf(rel)}]`, '', { isPresence: true });
    } else if (attribute('src') !== null) {
      this.places.add('html: script[src]', '', { isPresence: true });
    }
  }

  #form(attribute: Attributes): Spot {
    const action = attribute('action') ?? '';
    let spot = this.#forms.get(action);
    if (spot === undefined) {
      const key = actionOf(this.#site, action);
      spot = this.#enter(this.root, `form[action=${key === '#…' ? '' : key}]`);
      this.#forms.set(action, spot);
    }
    const method = (attribute('method') ?? 'get').toLowerCase();
    this.#count(spot, method, FIELD);
    return spot;
  }

  #field(element: Tree.Element, attribute: Attributes, spot: Spot): void {
    const { tagName } = element;
    const name = attribute('name') ?? '';
    const field = this.#fieldSpot(tagName, name, spot);
    const type = attribute('type') ?? (tagName === 'button' ? 'submit' : '');
    this.#count(field, type.toLowerCase(), FIELD);
    if (tagName !== 'input') {
      this.walk(element, field);
      return;
    }
    const value = attribute('value') ?? '';
    if (value === '') return;
    if (field.text !== null) this.places.put(field.text, value);
    else field.text = this.places.add(`${field.path} value`, value, { weight: 1, names: [name] });
  }

  /** A field belongs to its form, wherever in it. */
  #fieldSpot(tagName: string, name: string, spot: Spot): Spot {
    const known = spot.fields.get(name);
    if (known !== undefined && known.labels.at(-1)?.startsWith(tagName) === true) return known;
    const label = `${tagName}${name === '' ? '' : `[name=${nameOf(name)}]`}`;
    const [form] = spot.labels;
    const isInForm = form?.startsWith('form[') === true;
    const field = this.#enter(isInForm ? this.#enter(this.root, form) : this.root, label);
    spot.fields.set(name, field);
    return field;
  }

  #link(href: string | null, { labels }: Spot): void {
    if (href === null) return;
    const landmark = labels.find((label) => LANDMARKS.test(label));
    const within = landmark === undefined ? '' : `${landmark} `;
    this.places.add(`html: ${within}a[href=${this.#linkOf(href)}]`, href, { weight: 3 });
  }

  #addText(text: string, spot: Spot): void {
    if (this.#text === '') this.#textAt = spot;
    this.#text += text;
  }

  /** The text of a block, however it is decorated. */
  #flush(): void {
    const text = words(this.#text);
    this.#text = '';
    if (text === '') return;
    this.#cells.text(text);
    const spot = this.#textAt;
    if (spot.text !== null) this.places.put(spot.text, text, this.#names);
    else {
      this.places.add('html: text', '', PAGE);
      const path = spot.path === 'html:' ? 'html: body text' : `${spot.path} text`;
      spot.text = this.places.add(path, text, { weight: spot.weight }, this.#names);
    }
  }

  /** The kinds of links are few, and most are found by their folder. */
  #linkOf(href: string): string {
    const plain = PLAIN_LINK.exec(href);
    if (plain === null) return linkOf(this.#site, href);
    const folder = plain[1] ?? '';
    let key = this.#folders.get(folder);
    if (key === undefined) {
      key = linkOf(this.#site, `${folder}x`);
      this.#folders.set(folder, key);
    }
    return key;
  }
}

type Attributes = (name: string) => string | null;

function spotOf(labels: readonly string[], weight: Weight): Spot {
  return {
    labels,
    path: `html: ${labels.join(' ')}`.trimEnd(),
    weight,
    inside: new Map(),
    fields: new Map(),
    self: null,
    text: null,
  };
}

/** Asked once for each spot. */
function weightOf(label: string): Weight {
  if (label.startsWith('form[')) return 0;
  if (/^h[1-6]$/.test(label)) return 1;
  return LANDMARKS.test(label) ? 2 : 4;
}

function hasSource(attribute: Attributes): boolean {
  return ['src', 'srcset', 'data-src', 'data', 'data-srcset'].some(
    (name) => (attribute(name) ?? '').trim() !== '',
  );
}

/** The text with each run of spaces as one. */
function words(text: string): string {
  const trimmed = text.trim();
  return /\s\s|[^\S ]/.test(trimmed) ? trimmed.replace(/\s+/g, ' ') : trimmed;
}
