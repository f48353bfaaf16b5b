import { type Build, isEnded, type Rollout } from './records.ts';

/**
 * Why a test of this build anew would come to nothing, and what to do; null: it would not. A host that tests what the
 * fleet has decided on is told the same again, since one decision is made for all.
 */
export function objectionToRetest(
  rollout: Rollout | null,
  { version, sha256 }: Build,
): string | null {
  if (rollout === null) return null;
  const { candidate, phase, finished, reasons, decidedBy } = rollout;
  const isCandidate = candidate.sha256 === sha256;
  // Done: a host that comes later still goes, also after a test of its own.
  if (isCandidate ? !isEnded(rollout) || phase === 'done' : !finished.includes(sha256)) return null;
  const why = isCandidate ? ` (${phase} by ${decidedBy}: ${reasons.join(' ')})` : '';
  return `the fleet has decided on ${version}${why}, and one host does not decide anew: give it to the hosts as a new version, and all test it`;
}
