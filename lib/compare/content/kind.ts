import type { TextChange } from '../address/site.ts';
import type { Findings } from '../findings.ts';
import type { PlaceRules } from '../json/difference.ts';
import type { Source } from './source.ts';

/** A body once it is read. */
export interface Document {
  /** The kind of content that reads and compares it. */
  readonly kind: string;
  /** What it is, for people: two documents with different labels are not the same kind of content. */
  readonly label: string;
}

/** What a comparison needs besides the two documents. */
export interface Comparing {
  readonly findings: Findings;
  readonly maxDepth: number;
  readonly places: PlaceRules | undefined;
  /** How two texts that are not equal differ, once the addresses of both sides are told apart. */
  readonly textChange: (running: string, testing: string) => TextChange;
}

/** One kind of content: how it is recognised and read, and how two of it are compared. */
export interface ContentKind<D extends Document = Document> {
  readonly kind: D['kind'];
  /** Null where the body is not of this kind. */
  readonly read: (source: Source) => D | null;
  /** Whether a document with another label can stand for running's. */
  readonly accepts?: (running: D, testing: D) => boolean;
  /** Null where nothing is known of what is inside: then only equal bytes are the same. */
  readonly compare: ((running: D, testing: D, comparing: Comparing) => void) | null;
}
