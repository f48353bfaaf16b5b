import type { MergeSettings } from '../../lib/fleet/evidence/merge.ts';
import { packRecord, unpackRecord } from '../../lib/fleet/evidence/pack.ts';
import { readEvidence } from '../../lib/fleet/evidence/read.ts';
import type { HostEvidence } from '../../lib/fleet/evidence/record.ts';
import { summarizeEvidence } from '../../lib/fleet/evidence/summarize.ts';
import { DEFAULT_VERDICT_SETTINGS } from './default-settings.ts';
import { type ShadowRun, START_MS } from './pairs.ts';

/** What a host would tell the others of its test now, packed. */
export function recordOf(host: string, run: ShadowRun, version = 'shop-1.5.0'): string {
  const nowMs = START_MS + run.nowMs;
  const decision = run.verdict.decision(nowMs);
  const counts = run.verdict.counts(nowMs);
  return packRecord(summarizeEvidence({ host, version, nowMs, decision, counts }));
}

/** The same as JSON. */
export function jsonOf(host: string, run: ShadowRun): string {
  return unpackRecord(recordOf(host, run)) ?? '';
}

/** The same as another host reads it. */
export function evidenceOf(host: string, run: ShadowRun): HostEvidence {
  return readEvidence(recordOf(host, run), host);
}

/** A merge so long after the start. */
export function mergeAt(ms: number, changes: Partial<MergeSettings> = {}): MergeSettings {
  return {
    verdict: DEFAULT_VERDICT_SETTINGS,
    nowMs: START_MS + ms,
    pending: null,
    accepted: [],
    ...changes,
  };
}
