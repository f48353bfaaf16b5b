import { reasonOf } from '../model/reason.ts';
import type { Release } from '../model/release.ts';
import { candidateOf, type Draft } from './draft.ts';
import type { DeploymentEvent } from './events.ts';
import type { Candidate, Deployment } from './state.ts';

/** A server file is there, whole. It becomes running, a candidate, or is refused with the reason. */
export function arrived(draft: Draft, release: Release, foundAtStart: boolean): void {
  if (isKnown(draft, release)) return;
  const { running } = draft.state;
  if (running === null) {
    draft.set({ running: { release, phase: 'staging', target: null } });
    draft.record('arrived', release);
    draft.ask({ type: 'stage', release });
    return;
  }
  const objection = objectionTo(draft, release);
  if (objection === null) admit(draft, release);
  else if (!(foundAtStart && objection.old)) refuse(draft, release, objection.text);
}

/** Says why a file is not tried; nothing else changes. */
export function refuse(draft: Draft, release: Release, text: string): void {
  draft.record('refused', release, [reasonOf('refused', text)]);
}

/** Lets a waiting candidate begin once nothing is in its way any more. */
export function advance(draft: Draft): void {
  const { testing, incoming, promotion } = draft.state;
  if (promotion !== null) return;
  if (testing === null && incoming !== null) {
    draft.set({ testing: incoming, incoming: null });
    advance(draft);
    return;
  }
  for (const slot of ['testing', 'incoming'] as const) {
    const candidate = draft.state[slot];
    if (candidate === null || isBlocked(draft, candidate.release)) continue;
    if (candidate.phase === 'waiting') begin(draft, slot, candidate);
    // Its servlet may have become ready while it had to wait: asking again has it reported again.
    else if (candidate.phase === 'starting') {
      draft.ask({ type: 'start', release: candidate.release, role: 'testing' });
    }
  }
}

/** A version that was rejected gets a test as if it had just arrived, if nothing is in its way. */
export function retest(draft: Draft, event: Extract<DeploymentEvent, { type: 'retest' }>): void {
  const { release, reasons, by } = event;
  const { rejected, decided } = draft.state;
  if (objectionToRetest(draft.state, release, draft.rules.compareVersions) !== null) return;
  // Its folder is needed again; that of another one makes room when this test begins.
  if (rejected?.release.name === release.name) draft.set({ rejected: null });
  draft.set({
    decided: decided.filter((fingerprint) => fingerprint !== release.fingerprint),
    testing: candidateOf(release, 'waiting', draft.rules.nowMs),
  });
  draft.record('arrived', release, reasons, by);
  advance(draft);
}

/** Why this version cannot be tested again now; null when it can. */
export function objectionToRetest(
  state: Deployment,
  release: Release,
  compareVersions: (left: string, right: string) => number,
): string | null {
  const { running, testing, incoming, promotion, rejected, decided } = state;
  const { name, fileName } = release;
  const busy = testing ?? incoming;
  if (running === null) return 'no version is running to compare with';
  if (busy !== null) return `${busy.release.name} is being tested; reject it first`;
  if (promotion !== null) return 'another version is being promoted';
  const isLast =
    rejected?.release.name === name && rejected.release.fingerprint === release.fingerprint;
  if (isLast) return null;
  if (!decided.includes(release.fingerprint)) {
    return `${fileName} as it is now was not rejected, so it cannot be tested again`;
  }
  if (compareVersions(release.version, running.release.version) <= 0) {
    return `${name} is not newer than ${running.release.name}, which is running`;
  }
  return null;
}

// Private

function isKnown(draft: Draft, release: Release): boolean {
  const { running, testing, incoming, previous, rejected, decided } = draft.state;
  const known = [running, testing, incoming, previous, rejected].some(
    (holder) =>
      holder?.release.name === release.name && holder.release.fingerprint === release.fingerprint,
  );
  return known || decided.includes(release.fingerprint);
}

function objectionTo(draft: Draft, release: Release): { text: string; old: boolean } | null {
  const { running, testing, incoming, previous } = draft.state;
  if (running === null) return null;
  if (running.release.name === release.name) {
    const text = `${release.fileName} has new content, but ${release.name} is running; give the new build a new version`;
    return { text, old: false };
  }
  if (previous?.release.name === release.name) {
    const text = `${release.fileName} has new content, but ${release.name} is kept for the way back`;
    return { text, old: false };
  }
  const newest = incoming ?? testing;
  if (newest !== null && newest.release.name !== release.name) {
    if (draft.rules.compareVersions(release.version, newest.release.version) < 0) {
      const text = `${release.fileName} is older than ${newest.release.name}, which is under test`;
      return { text, old: true };
    }
  }
  if (draft.rules.compareVersions(release.version, running.release.version) <= 0) {
    const text = `${release.fileName} is not newer than ${running.release.name}, which is running`;
    return { text, old: true };
  }
  return null;
}

function admit(draft: Draft, release: Release): void {
  draft.record('arrived', release);
  draft.clearRejected();
  dropIncoming(draft);
  const { testing, promotion } = draft.state;
  const candidate = candidateOf(release, 'waiting', draft.rules.nowMs);
  if (testing?.release.name === release.name && promotion === null) {
    draft.set({ testing: { ...candidate, phase: 'replacing' } });
    draft.ask({ type: 'mirror-off' }, { type: 'judge-off' }, { type: 'unlink-test' });
    draft.stop(release, 'testing');
    return;
  }
  draft.set(testing === null ? { testing: candidate } : { incoming: candidate });
  advance(draft);
}

/** A newer file makes the candidate that was still getting ready pointless. */
function dropIncoming(draft: Draft): void {
  const { incoming, testing } = draft.state;
  if (incoming === null) return;
  draft.set({ incoming: null });
  if (incoming.release.name === testing?.release.name) return;
  if (incoming.phase !== 'waiting') draft.retire(incoming.release);
}

/** A folder on its way into the archive must be gone before its name can be used again. */
function isBlocked(draft: Draft, release: Release): boolean {
  return draft.state.promotion !== null || draft.state.archiving.includes(release.name);
}

function begin(draft: Draft, slot: 'testing' | 'incoming', candidate: Candidate): void {
  const objection = draft.state.running?.release.name === candidate.release.name;
  if (objection) {
    draft.set({ [slot]: null });
    const text = `${candidate.release.fileName} has new content, but ${candidate.release.name} is running`;
    refuse(draft, candidate.release, text);
    return;
  }
  draft.clearRejected();
  if (isBlocked(draft, candidate.release)) return;
  draft.set({ [slot]: { ...candidate, phase: 'staging' } });
  draft.ask({ type: 'stage', release: candidate.release });
}
