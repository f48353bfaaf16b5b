import type { Build } from '../rollout/records.ts';

const ROOT = '/vili/';
const SHA_CHARACTERS = 16;

/** Where the things of one fleet are in the engine. */
export interface Keys {
  /** What every host follows. */
  readonly prefix: string;
  /** What the leader follows, too: it is most of what hosts put. */
  readonly evidencePrefix: string;
  readonly leader: string;
  readonly rollout: string;
  readonly hold: string;
  readonly ask: string;
  host(host: string): string;
  evidence(build: Build, host: string): string;
}

/** The keys of the fleet of that name. */
export function keysOf(fleet: string): Keys {
  const prefix = `${ROOT}${fleet}/state/`;
  const evidencePrefix = `${ROOT}${fleet}/evidence/`;
  return {
    prefix,
    evidencePrefix,
    leader: `${prefix}leader`,
    rollout: `${prefix}rollout`,
    hold: `${prefix}hold`,
    ask: `${prefix}ask`,
    host: (host) => `${prefix}hosts/${host}`,
    evidence: ({ sha256 }, host) => `${evidencePrefix}${shortOf(sha256)}/${host}`,
  };
}

/** The part of a SHA-256 that is in a key. */
export function shortOf(sha256: string): string {
  return sha256.slice(0, SHA_CHARACTERS);
}
