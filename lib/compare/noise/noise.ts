import type { Difference, DifferenceKind } from '../outcome.ts';
import type { IgnoredField } from './ignored.ts';
import { readNoise, type SavedField, writeNoise } from './saved.ts';

/** Kinds of difference remembered per endpoint; what differs just once makes room. */
const MAX_FIELDS = 64;
/** Testing may differ alone so many times more, beyond twice the spread of chance. */
const SLACK = 2;
/** Changes told at once; the rest is told next time. */
const MAX_TOLD = 200;

/** What one pair was found to differ in: kept differences and the keys of the ignored ones. */
export interface Seen {
  readonly differences: readonly Difference[];
  readonly ignored: readonly string[];
}

/**
 * What differs between two answers of running to the same request, by endpoint, kind and path. It is
 * noise, and ignored, as long as testing does not differ there clearly more often; another field, or
 * another kind of difference in the same field, is never hidden by it. What is noise is settled
 * before a pair is looked at and applied to both sides alike, so identical versions stay equally
 * likely to differ alone, which is what the verdict's test of bodies rests on.
 */
export interface NoiseMemory {
  isNoise(endpoint: string, key: string): boolean;
  /** A pair for which running was asked twice: `testing` and `control`, each against running. */
  learn(endpoint: string, testing: Seen, control: Seen): void;
  /** What is ignored, or no longer so, since the last call. */
  takeChanges(): readonly IgnoredField[];
  /** All of it, at most 256 KiB; null when nothing was learned since the last call. */
  checkpoint(): string | null;
  /** Takes what a checkpoint held of endpoints that nothing is known of yet. */
  restore(saved: string): void;
}

interface Field {
  readonly kind: DifferenceKind;
  readonly path: string;
  readonly running: string | undefined;
  readonly again: string | undefined;
  control: number;
  testingAlone: number;
  controlAlone: number;
  told: { times: number; ignored: boolean };
}

interface EndpointNoise {
  asked: number;
  readonly fields: Map<string, Field>;
}

/** The memory of one test, for at most `maxEndpoints` endpoints. */
export function createNoiseMemory(maxEndpoints: number): NoiseMemory {
  const endpoints = new Map<string, EndpointNoise>();
  const changed = new Map<Field, string>();
  let isChanged = false;

  const noiseOf = (endpoint: string): EndpointNoise | null => {
    const found = endpoints.get(endpoint);
    if (found !== undefined) return found;
    if (endpoints.size >= maxEndpoints) return null;
    const made = { asked: 0, fields: new Map<string, Field>() };
    endpoints.set(endpoint, made);
    return made;
  };

  return {
    isNoise(endpoint, key) {
      const field = endpoints.get(endpoint)?.fields.get(key);
      return field !== undefined && isNoisy(field);
    },
    learn(endpoint, testing, control) {
      const noise = noiseOf(endpoint);
      if (noise === null) return;
      noise.asked++;
      isChanged = true;
      for (const difference of control.differences) admit(noise, difference);
      if (noise.fields.size === 0) return;
      const [ours, theirs] = [keysOf(testing), keysOf(control)];
      for (const [key, field] of noise.fields) {
        const [inTesting, inControl] = [ours.has(key), theirs.has(key)];
        if (inControl) field.control++;
        if (inTesting && !inControl) field.testingAlone++;
        if (inControl && !inTesting) field.controlAlone++;
        const { told } = field;
        const isNews = isNoisy(field) !== told.ignored || field.control >= 2 * told.times;
        if (isNews && field.control > 0) changed.set(field, endpoint);
      }
    },
    takeChanges() {
      if (changed.size === 0) return [];
      const taken = [...changed].slice(0, MAX_TOLD);
      return taken.map(([field, endpoint]) => {
        changed.delete(field);
        field.told = { times: field.control, ignored: isNoisy(field) };
        return tellField(endpoint, field, endpoints.get(endpoint)?.asked ?? 0);
      });
    },
    checkpoint() {
      if (!isChanged) return null;
      isChanged = false;
      return writeNoise(
        [...endpoints].map(([endpoint, { asked, fields }]) => ({
          endpoint,
          asked,
          fields: [...fields.values()].map(savedOf),
        })),
      );
    },
    restore(saved) {
      for (const { endpoint, asked, fields } of readNoise(saved)) {
        if (endpoints.has(endpoint)) continue;
        const noise = noiseOf(endpoint);
        if (noise === null) return;
        noise.asked = asked;
        for (const { running, again, ...field } of fields.slice(0, MAX_FIELDS)) {
          const told = { times: field.control, ignored: isNoisy(field) };
          const key = differenceKey(field.kind, field.path);
          noise.fields.set(key, { ...field, running, again, told });
        }
      }
    },
  };
}

/** Names a kind of difference at a place. */
export function differenceKey(kind: DifferenceKind, path: string): string {
  return `${kind} ${path}`;
}

// Private

function isNoisy({
  control,
  testingAlone,
  controlAlone,
}: Pick<Field, 'control' | 'testingAlone' | 'controlAlone'>): boolean {
  const spread = 2 * Math.sqrt(testingAlone + controlAlone);
  return control > 0 && testingAlone - controlAlone <= spread + SLACK;
}

function savedOf({ kind, path, running, again, ...counts }: Field): SavedField {
  const { control, testingAlone, controlAlone } = counts;
  return { kind, path, running, again, control, testingAlone, controlAlone };
}

function admit(noise: EndpointNoise, { kind, path, running, testing }: Difference): void {
  const key = differenceKey(kind, path);
  if (noise.fields.has(key)) return;
  if (noise.fields.size >= MAX_FIELDS) {
    const once = [...noise.fields].find(([, field]) => field.control <= 1);
    if (once === undefined) return;
    noise.fields.delete(once[0]);
  }
  const told = { times: 0, ignored: false };
  const counts = { control: 0, testingAlone: 0, controlAlone: 0 };
  noise.fields.set(key, { kind, path, running, again: testing, ...counts, told });
}

function keysOf({ differences, ignored }: Seen): ReadonlySet<string> {
  const keys = new Set(ignored);
  for (const { kind, path } of differences) keys.add(differenceKey(kind, path));
  return keys;
}

function tellField(endpoint: string, field: Field, asked: number): IgnoredField {
  const { kind, path, control, running, again } = field;
  return {
    endpoint,
    kind,
    path,
    reason: 'noise',
    ignored: isNoisy(field),
    times: control,
    of: asked,
    ...(running === undefined ? {} : { running }),
    ...(again === undefined ? {} : { again }),
  };
}
