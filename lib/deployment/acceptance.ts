import type { Release } from '../model/release.ts';
import { declaredOf } from './declared/declared.ts';
import type { Draft } from './draft.ts';
import type { DeploymentEvent } from './events.ts';
import type { Acceptance, Deployment } from './state.ts';

/** Acceptances that are remembered, over all versions; an older one is forgotten. */
export const ACCEPTED_LIMIT = 200;

/** What an operator accepted of this very build. */
export function acceptedOf({ accepted = [] }: Deployment, release: Release): readonly string[] {
  return accepted.filter((it) => isOf(it, release)).map(({ name }) => name);
}

/** An operator accepts what holds a candidate back; repeated, it changes nothing. */
export function accept(draft: Draft, event: Extract<DeploymentEvent, { type: 'accept' }>): void {
  const { version, name, reason, by, reasons } = event;
  const { testing, incoming, accepted = [] } = draft.state;
  const candidate = [testing, incoming].find((it) => it?.release.name === version);
  if (!candidate) return;
  const { release, sinceMs } = candidate;
  if (acceptedOf(draft.state, release).includes(name)) return;
  const entry = {
    version,
    fingerprint: release.fingerprint,
    name,
    ...(reason !== '' && { reason }),
    by,
    at: new Date(draft.rules.wallMs).toISOString(),
  };
  draft.set({ accepted: [...accepted, entry].slice(-ACCEPTED_LIMIT) });
  draft.record('accepted', release, reasons, by);
  if (candidate !== testing || testing.phase !== 'testing') return;
  draft.ask({
    type: 'evaluate',
    release,
    sinceMs,
    accepted: acceptedOf(draft.state, release),
    ...declaredOf(draft.state, release),
  });
}

// Private

function isOf(it: Acceptance, { name, fingerprint }: Release): boolean {
  return it.version === name && it.fingerprint === fingerprint;
}
