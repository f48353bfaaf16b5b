import { type FlatHeaders, headerValues } from '../../model/headers.ts';
import type { Comparing, ContentKind, Document } from './kind.ts';
import { Source } from './source.ts';

const MAX_PARTS = 200;
const MAX_BOUNDARY = 200;
const MAX_NESTED = 3;
const BOUNDARY = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i;
const NAME = /;\s*name\s*=\s*(?:"([^"]*)"|([^\s;]+))/i;

/** A part, read as a body of its own. */
interface Part {
  /** How differences call it: its name, its id, or its type with its number. */
  readonly name: string;
  readonly document: Document;
}

export interface MultipartContent extends Document {
  readonly kind: 'multipart';
  readonly parts: readonly Part[];
}

export interface BodyReader {
  readonly read: (source: Source) => Document;
  readonly isSame: (running: Document, testing: Document) => boolean;
  readonly compare: (running: Document, testing: Document, comparing: Comparing) => boolean;
}

/** Bodies of several parts, each compared by its own kind. `reader` reads a part. */
export function createMultipart(reader: BodyReader): ContentKind<MultipartContent> {
  let nested = 0;
  return {
    kind: 'multipart',
    read(source) {
      if (!source.type.startsWith('multipart/') || nested >= MAX_NESTED) return null;
      nested++;
      try {
        const parts = partsOf(source)?.map(({ name, source: part }) => ({
          name,
          document: reader.read(part),
        }));
        return parts === undefined ? null : { kind: 'multipart', label: source.type, parts };
      } finally {
        nested--;
      }
    },
    compare(running, testing, comparing) {
      const others = new Map(testing.parts.map((part) => [part.name, part]));
      for (const { name, document } of running.parts) {
        const other = others.get(name)?.document;
        others.delete(name);
        const path = `part: ${name}`;
        const { findings } = comparing;
        if (other === undefined) findings.add({ kind: 'missing', path, running: document.label });
        else if (!reader.isSame(document, other)) {
          findings.add({ kind: 'type', path, running: document.label, testing: other.label });
        } else reader.compare(document, other, comparing);
      }
      for (const [name, { document }] of others) {
        comparing.findings.add({ kind: 'extra', path: `part: ${name}`, testing: document.label });
      }
    },
  };
}

// Private

function partsOf({ headers, bytes, site }: Source): { name: string; source: Source }[] | null {
  const [type = ''] = headerValues(headers, 'content-type');
  const found = BOUNDARY.exec(type);
  const boundary = found?.[1] ?? found?.[2] ?? '';
  if (boundary === '' || boundary.length > MAX_BOUNDARY) return null;
  // One character for each byte, so that parts which are no text keep their places.
  const sections = `\r\n${bytes.toString('latin1')}`.split(`\r\n--${boundary}`, MAX_PARTS + 2);
  const parts: { name: string; source: Source }[] = [];
  const seen = new Map<string, number>();
  for (const section of sections.slice(1)) {
    if (section.startsWith('--')) break;
    const end = section.indexOf('\r\n\r\n');
    if (end === -1) return null;
    const head = headersOf(section.slice(0, end));
    const source = new Source(head, Buffer.from(section.slice(end + 4), 'latin1'), site);
    const name = nameOf(head, source.type);
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    parts.push({ name: times === 1 ? name : `${name} ${times}`, source });
  }
  return parts.length === 0 || parts.length > MAX_PARTS ? null : parts;
}

function headersOf(head: string): FlatHeaders {
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  return lines.flatMap((line) => {
    const at = line.indexOf(':');
    return at < 1 ? [] : [line.slice(0, at), line.slice(at + 1).trim()];
  });
}

function nameOf(headers: FlatHeaders, type: string): string {
  const found = NAME.exec(headerValues(headers, 'content-disposition')[0] ?? '');
  const name = found?.[1] ?? found?.[2] ?? headerValues(headers, 'content-id')[0];
  return (name ?? (type || 'text')).slice(0, 80);
}
