import { createNames } from '../mask/names.ts';
import { isKeySegment } from '../mask/url.ts';
import { segmentTemplate } from './segment.ts';

/** A position of a path with more literal values than this becomes a parameter. */
const MAX_LITERALS_PER_POSITION = 64;
/** A literal seen this often before its position collapsed is a name and keeps its own endpoint. */
const ESTABLISHED_HITS = 16;
/** Deeper paths are cut after this many segments and end in `*`. */
const MAX_SEGMENTS = 16;
/** The key in `/password-reset/KEY` is no name of an endpoint, and is never shown. */
const NAMES = createNames([], []);

/** What follows a part of a path. */
export interface Position {
  readonly literals: Map<string, Position>;
  /** The child for identifiers, and for literals that arrive after the position collapsed. */
  parameter: Position | null;
  collapsed: boolean;
  hits: number;
}

export function newPosition(): Position {
  return { literals: new Map(), parameter: null, collapsed: false, hits: 0 };
}

/** Walks and, if allowed, grows the tree; null when the path would need a new position. */
export function templateOf(root: Position, segments: string[], mayGrow: boolean): string | null {
  let position = root;
  const templates: string[] = [];
  let before = '';
  for (const segment of segments.slice(0, MAX_SEGMENTS)) {
    const isKey = isKeySegment(segment, before, NAMES);
    const name = isKey ? '{id}' : segmentTemplate(segment);
    before = segment;
    const next = step(position, name, mayGrow);
    if (next === null) return null;
    templates.push(next.name);
    position = next.position;
    position.hits++;
  }
  if (segments.length > MAX_SEGMENTS) templates.push('*');
  return templates.join('/');
}

function step(
  position: Position,
  name: string,
  mayGrow: boolean,
): { name: string; position: Position } | null {
  const literal = position.literals.get(name);
  if (literal !== undefined) return { name, position: literal };
  if (name !== '{id}' && !position.collapsed) {
    if (position.literals.size < MAX_LITERALS_PER_POSITION) {
      if (!mayGrow) return null;
      const added = newPosition();
      position.literals.set(name, added);
      return { name, position: added };
    }
    collapse(position);
  }
  if (position.parameter === null) {
    if (!mayGrow) return null;
    position.parameter = newPosition();
  }
  return { name: '{id}', position: position.parameter };
}

function collapse(position: Position): void {
  position.collapsed = true;
  for (const [name, child] of position.literals) {
    if (child.hits < ESTABLISHED_HITS) position.literals.delete(name);
  }
}

/** Whether all segments of a path are names that their positions keep. */
export function isEstablished(root: Position | undefined, path: string): boolean {
  let position = root;
  for (const segment of path.split('/')) {
    position = position?.literals.get(segment);
    if (position === undefined || position.hits < ESTABLISHED_HITS) return false;
  }
  return true;
}
