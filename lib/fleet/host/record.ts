import type { Deployment } from '../../deployment/state.ts';
import type { Release } from '../../model/release.ts';
import { type Build, type HostRecord, LIMITS, shortened } from '../rollout/records.ts';

export interface HostFacts {
  readonly host: string;
  readonly instance: string;
  /** Version of Vili. */
  readonly vili: string;
  /** Where its control API listens for others; empty for nowhere. */
  readonly url: string;
  readonly deployment: Deployment;
  /** Why nothing is promoted by itself at this time of day; null: it may be. */
  readonly closed: string | null;
  /** Why it could not do what the rollout says; null: it could. */
  readonly failure: string | null;
  readonly token: number;
}

/** What this host tells the others of itself. */
export function hostRecordOf({ deployment, closed, failure, ...facts }: HostFacts): HostRecord {
  const { running, testing, previous, promotion, rejected } = deployment;
  const waits = waitsFor(deployment, closed) ?? failure;
  return {
    schema: 'vili.host/1',
    host: facts.host,
    instance: facts.instance,
    vili: facts.vili,
    url: facts.url,
    running: running && buildOf(running.release),
    testing: testing && {
      ...buildOf(testing.release),
      isReady: testing.phase === 'testing' && testing.readySinceMs != null,
    },
    isSwitching: promotion !== null,
    isOnProbation: previous !== null,
    rejected: rejected && {
      ...buildOf(rejected.release),
      text: shortened(rejected.reasons.map(({ text }) => text).join(' ')),
    },
    waits: waits === null ? null : shortened(waits),
    accepted: acceptedNames(deployment),
    token: facts.token,
  };
}

// Private

function acceptedNames({ testing, accepted = [] }: Deployment): readonly string[] {
  const ofTest = accepted.filter(({ fingerprint }) => fingerprint === testing?.release.fingerprint);
  const names = new Set(ofTest.map(({ name }) => name));
  return [...names]
    .filter((name) => name.length <= LIMITS.textCharacters)
    .slice(0, LIMITS.accepted);
}

function buildOf({ name, fingerprint }: Release): Build {
  return { version: name, sha256: fingerprint };
}

function waitsFor(
  { paused, rollback, previous, running }: Deployment,
  closed: string | null,
): string | null {
  if (paused) return `paused by ${paused.by}`;
  if (rollback) return `users go back to ${rollback.version}`;
  if (running?.phase !== 'ready') return 'its running version does not serve';
  if (previous !== null) return `${running.release.name} is on probation`;
  return closed;
}
