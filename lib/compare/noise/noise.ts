import { entryOf } from '../limited.ts';
import type { Difference, DifferenceKind } from '../outcome.ts';
import type { IgnoredField } from './ignored.ts';
import { readNoise, type SavedField, writeNoise } from './saved.ts';

/** Differences remembered per endpoint; one that was seen only once makes room for another. */
const MAX_FIELDS = 64;
/** Testing may differ alone this many times more, beyond two standard deviations. */
const SLACK = 2;
/** Changes reported at once; the rest is reported next time. */
const MAX_REPORTED = 200;

/** What differs in one pair: the kept differences and the keys of the ignored ones. */
export interface Seen {
  readonly differences: readonly Difference[];
  readonly ignored: readonly string[];
}

/**
 * What differs between two responses of running to the same request, by endpoint, kind and path.
 * Such a difference is noise, and ignored, as long as testing does not differ there clearly more
 * often. Noise never hides another field, nor another kind of difference in the same field. Noise
 * is decided before a pair is compared and applied to both sides alike, so identical versions
 * remain equally likely to differ alone, on which the verdict's test of bodies relies.
 */
export interface NoiseMemory {
  isNoise(endpoint: string, key: string): boolean;
  /** `testing` and `baseline` (running's second response), each compared with running's first. */
  learn(endpoint: string, testing: Seen, baseline: Seen): void;
  /** What became ignored, or stopped being ignored, since the last call. */
  takeChanges(): readonly IgnoredField[];
  /** The whole memory, at most 256 KiB; null when nothing was learned since the last call. */
  checkpoint(): string | null;
  /** Adopts a checkpoint for the endpoints of which nothing is known yet. */
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
  reported: { times: number; ignored: boolean };
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

  const noiseOf = (endpoint: string): EndpointNoise | null =>
    entryOf(endpoints, endpoint, maxEndpoints, () => ({ asked: 0, fields: new Map() }));

  return {
    isNoise(endpoint, key) {
      const field = endpoints.get(endpoint)?.fields.get(key);
      return field !== undefined && isNoisy(field);
    },
    learn(endpoint, testing, baseline) {
      const noise = noiseOf(endpoint);
      if (noise === null) return;
      noise.asked++;
      isChanged = true;
      for (const difference of baseline.differences) admit(noise, difference);
      if (noise.fields.size === 0) return;
      const [ours, theirs] = [keysOf(testing), keysOf(baseline)];
      for (const [key, field] of noise.fields) {
        const [inTesting, inBaseline] = [ours.has(key), theirs.has(key)];
        if (inBaseline) field.control++;
        if (inTesting && !inBaseline) field.testingAlone++;
        if (inBaseline && !inTesting) field.controlAlone++;
        const { ignored, times } = field.reported;
        const isNews = isNoisy(field) !== ignored || field.control >= 2 * times;
        if (isNews && field.control > 0) changed.set(field, endpoint);
      }
    },
    takeChanges() {
      return [...changed].slice(0, MAX_REPORTED).map(([field, endpoint]) => {
        changed.delete(field);
        field.reported = reportable(field);
        return ignoredField(endpoint, field, endpoints.get(endpoint)?.asked ?? 0);
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
          const key = differenceKey(field.kind, field.path);
          noise.fields.set(key, { ...field, running, again, reported: reportable(field) });
        }
      }
    },
  };
}

/** Identifies a kind of difference at a place. */
export function differenceKey(kind: DifferenceKind, path: string): string {
  return `${kind} ${path}`;
}

// Private

type Counts = Pick<Field, 'control' | 'testingAlone' | 'controlAlone'>;

function isNoisy({ control, testingAlone, controlAlone }: Counts): boolean {
  const spread = 2 * Math.sqrt(testingAlone + controlAlone);
  return control > 0 && testingAlone - controlAlone <= spread + SLACK;
}

function reportable(counts: Counts): Field['reported'] {
  return { times: counts.control, ignored: isNoisy(counts) };
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
  const reported = { times: 0, ignored: false };
  const counts = { control: 0, testingAlone: 0, controlAlone: 0 };
  noise.fields.set(key, { kind, path, running, again: testing, ...counts, reported });
}

function keysOf({ differences, ignored }: Seen): ReadonlySet<string> {
  const keys = new Set(ignored);
  for (const { kind, path } of differences) keys.add(differenceKey(kind, path));
  return keys;
}

function ignoredField(endpoint: string, field: Field, asked: number): IgnoredField {
  const { kind, path, control, running, again } = field;
  return {
    endpoint,
    kind,
    path,
    reason: 'noise',
    ignored: isNoisy(field),
    times: control,
    of: asked,
    ...(running !== undefined && { running }),
    ...(again !== undefined && { again }),
  };
}
