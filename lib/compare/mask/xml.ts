import { Cells } from '../content/html/cells.ts';
import { type Names, plainName } from './names.ts';
import { isNoSecret, isOpaque, isOrdinary, MARK } from './values.ts';

/** Elements and attributes that name a field whose value stands beside: `<entry key="password">`. */
const NAME_WORDS = new Set(['name', 'key', 'field', 'header', 'param', 'parameter', 'property']);
const VALUE_WORDS = new Set(['value', 'content', 'datavalue']);
/** HTML elements that are never closed. */
const VOID = new Set([
  'input',
  'meta',
  'br',
  'img',
  'link',
  'hr',
  'param',
  'source',
  'embed',
  'area',
]);
const ATTRIBUTE = /(?<![^\s=/>"'<])([^\s=/>"'<]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)/g;
const TAG_NAME = /<\/?([^\s/>"'<]{1,200})/y;
const SECTION_ENDS = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
] as const;
const MAX_NAME_LENGTH = 100;

/** True for a text that may have elements. */
export function hasTags(text: string): boolean {
  return /<[\p{L}_]/u.test(text);
}

/**
 * Masks elements and attributes that are named like credentials, and what is named by an attribute or
 * by the element before. The text was searched already: `isClean` is asked for what reads otherwise
 * once its entities are resolved. Passes over the text once.
 */
export function maskXml(text: string, names: Names, isClean: (text: string) => boolean): string {
  return new XmlMask(names, isClean).mask(text);
}

// Private

class XmlMask {
  readonly #names: Names;
  readonly #isClean: (text: string) => boolean;
  /** The element whose whole content is masked, and how many of its name are open in it. */
  #hidden: { readonly name: string; open: number } | null = null;
  /** The credential that the element before was found to name. */
  #isNamed = false;
  #element = '';
  readonly #cells = new Cells();

  constructor(names: Names, isClean: (text: string) => boolean) {
    this.#names = names;
    this.#isClean = isClean;
  }

  mask(text: string): string {
    const parts: string[] = [];
    let at = 0;
    while (at < text.length) {
      const begin = nextTag(text, at);
      if (begin > at) parts.push(this.#content(text.slice(at, begin)));
      if (begin === text.length) break;
      const end = endOfTag(text, begin);
      if (end === -1) {
        parts.push(this.#content(text.slice(begin)));
        break;
      }
      parts.push(this.#tag(text.slice(begin, end)));
      at = end;
    }
    return parts.join('');
  }

  // Private

  #content(text: string): string {
    if (text.trim() === '') return text;
    if (this.#hidden !== null) return MARK;
    const plain = withoutEntities(text.trim());
    this.#cells.text(plain);
    if (NAME_WORDS.has(this.#element.toLowerCase()) && plain.length <= MAX_NAME_LENGTH) {
      this.#isNamed = isSecret(this.#names, plain);
    }
    const kind = /\s/.test(plain) ? null : this.#names.kindOf(this.#element);
    if (kind === 'unsure' ? !isOrdinary(plain) : kind === 'opaque' && isOpaque(plain)) return MARK;
    return plain === text.trim() || this.#isClean(plain) ? text : MARK;
  }

  #tag(tag: string): string {
    if (tag.startsWith('<!') || tag.startsWith('<?')) return this.#section(tag);
    TAG_NAME.lastIndex = 0;
    const written = localName(TAG_NAME.exec(tag)?.[1] ?? '');
    const name = written.toLowerCase();
    const isEnd = tag.startsWith('</');
    const isEmpty = tag.endsWith('/>') || VOID.has(name);
    this.#element = isEnd ? '' : written;
    if (this.#hidden !== null) {
      if (name === this.#hidden.name && !isEmpty) this.#hidden.open += isEnd ? -1 : 1;
      if (this.#hidden.open === 0) this.#hidden = null;
      return isEnd ? tag : maskAttributes(tag, () => true, this.#isClean);
    }
    if (isEnd) {
      this.#cells.end(name);
      // The parent ends, so no value follows.
      if (!NAME_WORDS.has(name)) this.#isNamed = false;
      return tag;
    }
    const names = this.#cells.begin(name, () => columnsOf(tag));
    const isNamed =
      names.some((it) => isSecret(this.#names, it)) ||
      this.#isNamed ||
      isSecret(this.#names, written) ||
      namesSecret(tag, this.#names);
    this.#isNamed = false;
    if (isNamed && !isEmpty) this.#hidden = { name, open: 1 };
    return maskAttributes(tag, (key, value) => this.#hides(key, value, isNamed), this.#isClean);
  }

  #section(section: string): string {
    if (this.#hidden !== null) return MARK;
    const [begin = '', end = ''] = SECTION_ENDS.find(([it]) => section.startsWith(it)) ?? [];
    if (begin === '') return /<!(?:ENTITY|DOCTYPE[^>]*\[)/i.test(section) ? MARK : section;
    const content = section.slice(begin.length, -end.length);
    if (hasTags(content)) return begin + maskXml(content, this.#names, this.#isClean) + end;
    return this.#isClean(content) ? section : begin + MARK + end;
  }

  #hides(name: string, value: string, isNamed: boolean): boolean {
    if (value === '' || isNoSecret(value)) return false;
    if (isNamed && VALUE_WORDS.has(plainName(name))) return true;
    const kind = this.#names.kindOf(localName(name));
    if (kind === null) return false;
    if (kind === 'unsure') return !isOrdinary(value);
    return kind === 'opaque' ? isOpaque(value) : true;
  }
}

function maskAttributes(
  tag: string,
  hides: (name: string, value: string) => boolean,
  isClean: (text: string) => boolean,
): string {
  return tag.replace(ATTRIBUTE, (all, name: string, between: string, written: string) => {
    const quote = /^["']/.test(written) ? (written[0] ?? '') : '';
    const value = quote === '' ? written : written.slice(1, -1);
    const plain = withoutEntities(value);
    if (hides(name, plain)) return name + between + quote + MARK + quote;
    return plain === value || isClean(plain) ? all : name + between + quote + MARK + quote;
  });
}

/** Whether an attribute names a credential, of which this element has the value. */
function namesSecret(tag: string, names: Names): boolean {
  if (!tag.includes('=')) return false;
  for (const [, name = '', , written = ''] of tag.matchAll(ATTRIBUTE)) {
    const value = written.replace(/^["']|["']$/g, '');
    const plain = plainName(localName(name));
    if (plain === 'type' && value.toLowerCase() === 'password') return true;
    const mayName = NAME_WORDS.has(plain) || (plain === 'id' && /^<(?:input|meta)\b/i.test(tag));
    if (mayName && value.length <= MAX_NAME_LENGTH && isSecret(names, value)) return true;
  }
  return false;
}

/** How many columns a cell of a table takes. */
function columnsOf(tag: string): number {
  return Number(/\bcolspan\s*=\s*["']?(\d{1,3})/i.exec(tag)?.[1] ?? 1);
}

function isSecret(names: Names, name: string): boolean {
  const kind = names.kindOf(name);
  return kind === 'secret' || kind === 'line';
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

/** The next place where markup begins, else the end. */
function nextTag(text: string, from: number): number {
  for (let at = text.indexOf('<', from); at !== -1; at = text.indexOf('<', at + 1)) {
    if (/[\p{L}_/!?]/u.test(text[at + 1] ?? '')) return at;
  }
  return text.length;
}

/** After the sign that ends a tag, which may occur in its quoted values; -1 without one. */
function endOfTag(text: string, from: number): number {
  for (const [begin, end] of SECTION_ENDS) {
    if (!text.startsWith(begin, from)) continue;
    const at = text.indexOf(end, from + begin.length);
    return at === -1 ? -1 : at + end.length;
  }
  let quote = '';
  for (let at = from + 1; at < text.length; at++) {
    const sign = text[at] ?? '';
    if (quote !== '') quote = sign === quote ? '' : quote;
    else if (sign === '>') return at + 1;
    else if ((sign === '"' || sign === "'") && /[=\s]/.test(text[at - 1] ?? '')) quote = sign;
  }
  return -1;
}

/** The text with its entities resolved, those of numbers and the five of XML. */
export function withoutEntities(text: string): string {
  if (!text.includes('&')) return text;
  const named: Readonly<Record<string, string>> = {
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
  };
  return text.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,5}));/gi,
    (all, ...found: string[]) => {
      const [decimal, hex, name] = found;
      if (name !== undefined) return named[name.toLowerCase()] ?? all;
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}
