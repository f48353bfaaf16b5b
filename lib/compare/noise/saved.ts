import { ALL_KINDS, type DifferenceKind } from '../outcome.ts';

/** The limit of a checkpoint of noise; the endpoints with the fewest baselines are dropped. */
const MAX_CHARACTERS = 262_144;
const KINDS: ReadonlySet<unknown> = new Set(ALL_KINDS);

/**
 * What is known of one place where running differed from itself. In a checkpoint, `control` is a
 * difference of the baseline: running's second response to the same request.
 */
export interface SavedField {
  readonly kind: DifferenceKind;
  readonly path: string;
  readonly running: string | undefined;
  readonly again: string | undefined;
  readonly control: number;
  readonly testingAlone: number;
  readonly controlAlone: number;
}

/** What is known of one endpoint. */
export interface SavedEndpoint {
  readonly endpoint: string;
  /** Requests that were sent to running twice. */
  readonly asked: number;
  readonly fields: readonly SavedField[];
}

/** JSON of at most 256 KiB, with the endpoints that have the most baselines. */
export function writeNoise(endpoints: readonly SavedEndpoint[]): string {
  const parts: string[] = [];
  let left = MAX_CHARACTERS;
  for (const one of [...endpoints].sort((a, b) => b.asked - a.asked)) {
    const part = JSON.stringify(one);
    if (part.length + 1 > left) continue;
    left -= part.length + 1;
    parts.push(part);
  }
  return `[${parts.join(',')}]`;
}

/** Reads what `writeNoise` wrote; anything else is left out. */
export function readNoise(text: string): readonly SavedEndpoint[] {
  if (text.length > MAX_CHARACTERS + 2) return [];
  try {
    const found: unknown = JSON.parse(text);
    return Array.isArray(found) ? found.filter(isEndpoint) : [];
  } catch {
    return [];
  }
}

// Private

function isEndpoint(value: unknown): value is SavedEndpoint {
  if (typeof value !== 'object' || value === null) return false;
  const { endpoint, asked, fields } = value as Partial<SavedEndpoint>;
  if (typeof endpoint !== 'string' || !isCount(asked)) return false;
  return Array.isArray(fields) && fields.every(isField);
}

function isField(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, path, running, again, ...counts } = value as Partial<SavedField>;
  const { control, testingAlone, controlAlone } = counts;
  const texts = [path, running ?? '', again ?? ''].every((text) => typeof text === 'string');
  return texts && KINDS.has(kind) && [control, testingAlone, controlAlone].every(isCount);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
