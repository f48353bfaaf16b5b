import { compareVersions } from '../../../../lib/base/names/version-order.ts';
import type { RolloutInput } from '../../../../lib/fleet/rollout/input.ts';
import { type Planned } from '../../../../lib/fleet/rollout/input.ts';
import { plan } from '../../../../lib/fleet/rollout/plan.ts';
import type { Build, HostRecord, Rollout } from '../../../../lib/fleet/rollout/records.ts';

export const OLD: Build = { version: 'shop-1.0', sha256: 'a'.repeat(64) };
export const NEW: Build = { version: 'shop-1.1', sha256: 'b'.repeat(64) };
export const OTHER: Build = { version: 'shop-1.1', sha256: 'c'.repeat(64) };
export const NEWER: Build = { version: 'shop-1.2', sha256: 'd'.repeat(64) };

/** A host that runs OLD and tests NEW, and what is different. */
export function hostOf(host: string, change: Partial<HostRecord> = {}): HostRecord {
  return {
    schema: 'vili.host/1',
    host,
    instance: `run of ${host}`,
    vili: '1.0.0',
    url: '',
    running: OLD,
    testing: { ...NEW, isReady: true },
    isSwitching: false,
    isOnProbation: false,
    rejected: null,
    waits: null,
    accepted: [],
    token: 0,
    ...change,
  };
}

/** As it is once it has gone; `isOnProbation` unless said otherwise. */
export function goneHost(host: string, change: Partial<HostRecord> = {}): HostRecord {
  return hostOf(host, { running: NEW, testing: null, isOnProbation: true, ...change });
}

export function inputOf(
  hosts: readonly HostRecord[],
  change: Partial<RolloutInput> = {},
): RolloutInput {
  return {
    token: 1,
    hosts,
    released: new Set(),
    merged: null,
    isHeld: false,
    isManual: false,
    ask: null,
    waves: [{ hosts: 1 }, { share: 0.5 }, { share: 1 }],
    quorum: 0.5,
    onRollback: 'all',
    compareVersions,
    ...change,
  };
}

export const PROMOTE = {
  sha256: NEW.sha256,
  decision: 'promote',
  reasons: ['all is well'],
} as const;
export const REJECT = {
  sha256: NEW.sha256,
  decision: 'reject',
  reasons: ['it fails more often'],
} as const;

/** Plans once and has a rollout; throws when there is none. */
export function planned(
  before: Rollout | null,
  input: RolloutInput,
): Planned & { rollout: Rollout } {
  const { rollout, events } = plan(before, input);
  if (rollout === null) throw new Error('there is no rollout');
  return { rollout, events };
}
