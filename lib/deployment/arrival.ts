import { reasonOf } from '../model/reason.ts';
import type { Release } from '../model/release.ts';
import { candidateOf, type Draft } from './draft.ts';
import type { DeploymentEvent } from './events.ts';
import { beginAnew } from './hand/anew.ts';
import { endComparison, needsMirror } from './probation/compare.ts';
import type { Candidate, CandidateSlot, Deployment } from './state.ts';

/** A server file has arrived whole: it becomes running or a candidate, or is declined with the reason. */
export function arrived(draft: Draft, release: Release, foundAtStart: boolean): void {
  const known = knownAs(draft, release);
  if (known !== null) {
    // At a start every file is found again.
    if (!foundAtStart) decline(draft, release, known);
    return;
  }
  const { running } = draft.state;
  if (running === null) return beginRunning(draft, release);
  if (running.neverReady === true && running.release.name === release.name) {
    // The first file was taken while it was still written, or is mended before anybody was served by it.
    draft.stop(release, 'running');
    return beginRunning(draft, release);
  }
  const objection = objectionTo(draft, release);
  if (objection === null) admit(draft, release);
  else if (!(foundAtStart && objection.old)) decline(draft, release, objection.text);
}

/** Records why a file is not tried; nothing else changes. */
export function decline(draft: Draft, release: Release, text: string): void {
  draft.record('refused', release, [reasonOf('refused', text)]);
}

/** Lets a waiting candidate begin once nothing blocks it any more. */
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
    if (candidate.phase === 'waiting') {
      const { shortDisk } = draft.state;
      if (shortDisk) draft.refuse(candidate.release, shortDisk);
      else begin(draft, slot, candidate);
    }
    // Its servlet may have become ready while it had to wait: `start` makes it report again.
    else if (candidate.phase === 'starting') {
      draft.ask({ type: 'start', release: candidate.release, role: 'testing' });
    }
  }
}

/** Tests under way go on whatever the disk; what waits for room begins once there is some. */
export function diskMeasured(draft: Draft, problem: string | null): void {
  if ((draft.state.shortDisk ?? null) === problem) return;
  draft.set({ shortDisk: problem });
  if (problem === null) advance(draft);
}

/**
 * A rejected or superseded version is tested as if it had just arrived, unless there is an objection; the test of the one
 * under test begins anew, as after a change of the settings that a test reads when it begins.
 */
export function retest(draft: Draft, event: Extract<DeploymentEvent, { type: 'retest' }>): void {
  const { release, reasons, by } = event;
  const { rejected, decided, superseded = [] } = draft.state;
  if (isUnderTest(draft, release) && beginAnew(draft)) {
    return draft.record('arrived', release, reasons, by);
  }
  if (objectionToRetest(draft.state, release, draft.rules.compareVersions) !== null) return;
  // Its folder is needed again; that of another rejected version makes room when this test begins.
  if (rejected?.release.name === release.name) draft.set({ rejected: null });
  draft.set({
    decided: decided.filter((fingerprint) => fingerprint !== release.fingerprint),
    superseded: superseded.filter((fingerprint) => fingerprint !== release.fingerprint),
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
  const { running, testing, incoming, promotion, rollback, rejected } = state;
  const { decided, superseded = [] } = state;
  const { name, fileName, fingerprint } = release;
  const busy = testing ?? incoming;
  if (running === null) return 'no version is running to compare with';
  if (busy !== null) return `${busy.release.name} is being tested; reject it first`;
  if (promotion !== null) return 'another version is being promoted';
  if (rollback) return `users are on their way back to ${rollback.version}`;
  if (rejected?.release.name === name && rejected.release.fingerprint === fingerprint) return null;
  if (!decided.includes(fingerprint) && !superseded.includes(fingerprint)) {
    return `${fileName} as it is now was not rejected or superseded, so it cannot be tested again`;
  }
  if (compareVersions(release.version, running.release.version) <= 0) {
    return `${name} is not newer than ${running.release.name}, which is running`;
  }
  return null;
}

// Private

function isUnderTest({ state: { testing } }: Draft, { name, fingerprint }: Release): boolean {
  return testing?.release.name === name && testing.release.fingerprint === fingerprint;
}

function beginRunning(draft: Draft, release: Release): void {
  if (draft.state.rollback?.version === release.name) draft.set({ rollback: null });
  draft.set({ running: { release, phase: 'staging', target: null, neverReady: true } });
  draft.record('arrived', release);
  draft.ask({ type: 'stage', release });
}

/** Why this very file is not news; null when it is. */
function knownAs(draft: Draft, release: Release): string | null {
  const { running, testing, incoming, previous, rejected, decided } = draft.state;
  const { name, version, fileName, fingerprint } = release;
  const isSame = (holder: { readonly release: Release } | null): boolean =>
    holder?.release.name === name && holder.release.fingerprint === fingerprint;
  if (isSame(running)) return `${fileName} has not changed: ${name} is what runs`;
  if (isSame(testing) || isSame(incoming)) {
    return `${fileName} has not changed: ${name} is being tested already`;
  }
  if (isSame(previous)) return `${fileName} has not changed: ${name} is kept for a rollback`;
  if (!isSame(rejected) && !decided.includes(fingerprint)) return null;
  const objection = objectionTo(draft, release);
  if (objection?.old === true) return objection.text;
  const original = rejected?.release.fingerprint === fingerprint ? rejected.release.name : null;
  const what = original === null || original === name ? 'a version' : original;
  return (
    `${fileName} has the same content as ${what} that was rejected or taken back, so it is not tested; ` +
    `to test it again: vili retest ${version}`
  );
}

function objectionTo(draft: Draft, release: Release): { text: string; old: boolean } | null {
  const { running, testing, incoming, previous, rollback } = draft.state;
  if (running === null) return null;
  if (rollback?.version === release.name) {
    return { text: `users are on their way back to ${release.name}`, old: true };
  }
  if (running.release.name === release.name) {
    const text = `${release.fileName} has new content, but ${release.name} is running; give the new build a new version`;
    return { text, old: false };
  }
  if (previous?.release.name === release.name) {
    const text = `${release.fileName} has new content, but ${release.name} is kept for a rollback`;
    return { text, old: false };
  }
  const { compareVersions } = draft.rules;
  const newest = (incoming ?? testing)?.release;
  if (newest && newest.name !== release.name) {
    if (compareVersions(release.version, newest.version) < 0) {
      const text = `${release.fileName} is older than ${newest.name}, which is under test`;
      return { text, old: true };
    }
  }
  if (compareVersions(release.version, running.release.version) <= 0) {
    const text = `${release.fileName} is not newer than ${running.release.name}, which is running`;
    return { text, old: true };
  }
  return null;
}

function admit(draft: Draft, release: Release): void {
  draft.record('arrived', release);
  draft.clearRejected();
  dropIncoming(draft, release);
  const { testing, promotion } = draft.state;
  const candidate = candidateOf(release, 'waiting', draft.rules.nowMs);
  const isSame = testing?.release.name === release.name && promotion === null;
  if (isSame && testing.phase !== 'waiting') {
    draft.set({ testing: { ...candidate, phase: 'replacing' } });
    draft.ask({ type: 'mirror-off' }, { type: 'evaluate-off' }, { type: 'unlink-test' });
    draft.stop(release, 'testing');
    return;
  }
  draft.set(testing === null || isSame ? { testing: candidate } : { incoming: candidate });
  advance(draft);
}

/** A newer file replaces the candidate that was still getting ready. */
function dropIncoming(draft: Draft, release: Release): void {
  const { incoming, testing } = draft.state;
  if (incoming === null) return;
  draft.set({ incoming: null });
  if (incoming.release.name !== release.name) {
    const text = `${release.name} arrived before its test began`;
    draft.supersede(incoming.release, text);
  }
  if (incoming.release.name === testing?.release.name) return;
  if (incoming.phase !== 'waiting') draft.retire(incoming.release);
}

/** A folder that is being archived must be gone before its name can be used again; at a start running comes first. */
function isBlocked(draft: Draft, release: Release): boolean {
  const { promotion, rollback, archiving, resume } = draft.state;
  return (
    promotion !== null ||
    !!rollback ||
    archiving.includes(release.name) ||
    !!resume ||
    needsMirror(draft.state, draft.rules)
  );
}

function begin(draft: Draft, slot: CandidateSlot, candidate: Candidate): void {
  const { release } = candidate;
  if (draft.state.running?.release.name === release.name) {
    draft.set({ [slot]: null });
    decline(draft, release, `${release.fileName} has new content, but ${release.name} is running`);
    return;
  }
  draft.clearRejected();
  if (isBlocked(draft, release)) return;
  endComparison(draft);
  draft.set({ [slot]: { ...candidate, phase: 'staging' } });
  draft.ask({ type: 'stage', release });
}
