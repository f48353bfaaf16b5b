import type { Target } from '../../model/exchange.ts';
import { reasonOf } from '../../model/reason.ts';
import type { Release } from '../../model/release.ts';
import { advance } from '../arrival.ts';
import type { Draft } from '../draft.ts';
import { endTests } from '../end-tests.ts';
import type { DeploymentEvent } from '../events.ts';
import { letPreviousGo } from '../probation/probation.ts';
import { rollBack, takeBack } from '../promotion.ts';
import type { Rollback } from '../state.ts';
import { takeShareBack } from '../steps/back.ts';

type Restored = Extract<DeploymentEvent, { type: 'restored' }>;

/**
 * An operator takes users back: at once to the previous version while that is warm, or to running from one that has a share
 * of them; else to a version whose folder is checked or restored from its archive, and which gets ready first. Running
 * serves until then.
 */
export function goBack(draft: Draft, event: Extract<DeploymentEvent, { type: 'roll-back' }>): void {
  const { version, by, reasons } = event;
  const { running, previous, promotion, rollback, rejected } = draft.state;
  if (running?.release.name === version) return takeShareBack(draft, by, reasons);
  if (running === null || rollback) return;
  if (isTested(draft, version)) return;
  if (previous?.release.name === version && previous.target !== null) {
    rollBack(draft, by, reasons);
    return;
  }
  // Users must not move on meanwhile; a test that is only collecting goes on until the way back is open.
  if (promotion !== null) endTests(draft, `users are to go back to ${version}`);
  if (rejected?.release.name === version) draft.set({ rejected: null });
  if (previous?.release.name === version) draft.set({ previous: null });
  draft.set({ rollback: { version, release: null, phase: 'waiting', by, reasons, newer: [] } });
}

/** Called after each event: a folder that is being archived must be gone first, and at a start running comes first. */
export function continueRollback(draft: Draft): void {
  const { rollback, archiving, running, resume } = draft.state;
  if (rollback?.phase !== 'waiting' || resume || archiving.includes(rollback.version)) return;
  const { version } = rollback;
  draft.set({ rollback: { ...rollback, phase: 'restoring' } });
  draft.ask({ type: 'restore', name: version, below: running?.release.name ?? null });
}

/** Its folder is whole: the tests end, since what they compare with leaves, and it starts for the users. */
export function restored(draft: Draft, { release, isUnpacked, newer }: Restored): void {
  const { rollback, running } = draft.state;
  if (rollback?.phase !== 'restoring' || rollback.version !== release.name) return;
  draft.set({ rollback: { ...rollback, release, phase: 'starting', newer } });
  if (isUnpacked) draft.record('restored', release, rollback.reasons, rollback.by);
  endTests(draft, `users go back from ${running?.release.name ?? 'nothing'} to ${release.name}`);
  draft.ask(...startOf(release));
}

/** The way back is closed: nothing changes for users. */
export function rollbackFailed(draft: Draft, problem: string): void {
  const { rollback, running } = draft.state;
  if (!rollback) return;
  draft.set({ rollback: null });
  const stays = running === null ? '' : `; they stay with ${running.release.name}`;
  const text = `Users could not go back to it: ${problem}${stays}`;
  draft.record('refused', rollback.version, [reasonOf('rollback-failed', text)], rollback.by);
  if (rollback.release !== null) draft.retire(rollback.release);
  advance(draft);
}

/** It is ready: users move over in one step, and the version they leave counts as rejected. */
export function completeRollback(draft: Draft, target: Target): void {
  const { rollback, running } = draft.state;
  const release = rollback?.release ?? null;
  if (!rollback || release === null) return;
  draft.set({ running: { release, phase: 'ready', target }, rollback: null });
  draft.ask({ type: 'route', target }, { type: 'link', name: release.name, role: 'running' });
  if (running !== null) takeBack(draft, running.release, rollback.by, rollback.reasons);
  for (const fingerprint of rollback.newer) draft.decideFile(fingerprint);
  letPreviousGo(draft);
  advance(draft);
}

/** What starts it for the users; repeated, it reports again once it is ready. */
export function startOf(release: Release) {
  return [
    { type: 'role', name: release.name, duty: 'running' },
    { type: 'start', release, role: 'running' },
  ] as const;
}

/** After a start of Vili: no process of it is left, and its folder is looked at again. */
export function holdRollback(draft: Draft): void {
  const { rollback } = draft.state;
  if (rollback) draft.set({ rollback: { ...rollback, phase: 'waiting' } satisfies Rollback });
}

// Private

function isTested({ state }: Draft, version: string): boolean {
  return [state.testing, state.incoming].some((it) => it?.release.name === version);
}
