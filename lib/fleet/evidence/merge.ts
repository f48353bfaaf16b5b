import { counted, someOf } from '../../text/numbers.ts';
import type { PendingRejection } from '../../verdict/decision/confirmation.ts';
import { oddsOf } from '../../verdict/explain/wording.ts';
import type { VerdictSettings } from '../../verdict/settings.ts';
import { decideTogether, type Together } from '../../verdict/sharing/together.ts';
import { withHosts } from './blame.ts';
import {
  type HostShare,
  MAX_HOSTS_NAMED,
  type MergedReason,
  type MergedVerdict,
} from './merged.ts';
import type { HostEvidence } from './record.ts';
import { localHoldOdds } from './veto.ts';

/** Clocks that differ by less are taken as one. */
const SKEW_MS = 10_000;
const NEARLY_DONE = 0.99;

/** As the leader has it. */
export interface SeenEvidence extends HostEvidence {
  /**
   * When the leader first saw this record, by its own clock: a host whose clock is far off is put right by it. The
   * time of writing when absent.
   */
  readonly seenAtMs?: number;
}

export interface MergeSettings {
  readonly verdict: VerdictSettings;
  /** The clock of the leader. */
  readonly nowMs: number;
  /** As the last merge left it. A new leader begins with null: a confirmation begins anew. */
  readonly pending: PendingRejection | null;
  /** What operators accepted of this version, by name. */
  readonly accepted: readonly string[];
}

/**
 * One verdict by the evidence of all hosts on one version. It depends neither on the order of the records nor on
 * how often one comes; a host without a pair changes nothing.
 */
export function mergeEvidence(
  evidence: readonly SeenEvidence[],
  { verdict: settings, nowMs, pending, accepted }: MergeSettings,
): MergedVerdict {
  const hosts = latest(evidence);
  const inputs = hosts.map((one) => {
    return { counts: one.counts, originMs: originOf(one), cutOnce: one.cut.once };
  });
  const together = decideTogether(inputs, { settings, nowMs, pending, accepted });
  const objecting = objections(hosts);
  const decision =
    together.decision === 'promote' && objecting.length > 0 ? 'collecting' : together.decision;
  const isHeld = decision !== together.decision;
  const active = hosts.filter(hasPairs);
  const held = objecting.map(({ reason }) => reason);
  const decisive = (isHeld ? [] : together.reasons).map((reason) => withHosts(reason, active));
  return {
    ...together,
    decision,
    progress: isHeld ? NEARLY_DONE : together.progress,
    // What people are told first is what decided it.
    reasons: decision === 'reject' ? [...decisive, ...held] : [...held, ...decisive],
    missing: decision === 'collecting' ? missingOf(together, objecting) : [],
    hosts: hosts.map(shareOf),
  };
}

// Private

interface Objection {
  readonly reason: MergedReason;
  readonly missing: string;
}

/** One record a host, the latest it wrote; by name, so that their order makes no difference. */
function latest(evidence: readonly SeenEvidence[]): readonly SeenEvidence[] {
  const found = new Map<string, SeenEvidence>();
  for (const one of evidence) {
    const before = found.get(one.host);
    if (before === undefined || isLater(one, before)) found.set(one.host, one);
  }
  return [...found.values()].sort((left, right) => (left.host < right.host ? -1 : 1));
}

function isLater(one: SeenEvidence, other: SeenEvidence): boolean {
  return (
    (one.writtenAtMs - other.writtenAtMs || one.counts.totals.pairs - other.counts.totals.pairs) > 0
  );
}

/** When its test began, by the clock of the leader. */
function originOf({ writtenAtMs, seenAtMs = writtenAtMs, counts }: SeenEvidence): number {
  const isOff = Math.abs(seenAtMs - writtenAtMs) > SKEW_MS;
  return (isOff ? seenAtMs : writtenAtMs) - counts.elapsedMs;
}

function hasPairs({ counts }: HostEvidence): boolean {
  return counts.totals.pairs > 0;
}

/** What single hosts hold against the version, which no sum shows: the weightiest first. */
function objections(hosts: readonly HostEvidence[]): readonly Objection[] {
  const active = hosts.filter(hasPairs);
  const odds = localHoldOdds(active.length);
  const vetoes = active.filter(({ decision }) => decision === 'reject');
  const suspicious = active.filter(
    ({ decision, counts }) =>
      decision !== 'reject' && active.length > 1 && counts.oddsWorse >= odds,
  );
  const cut = active.filter(({ cut: { suspicious: count } }) => count > 0);
  const codes = [...new Set(active.flatMap(({ counts }) => counts.objections))].sort();
  const isEmpty = active.length > 0 && active.every(({ counts }) => !counts.hasSubstance);
  return [
    ...vetoes.map((one) =>
      objection(
        'host-veto',
        [one],
        `${one.host} rejects the version by what it saw itself, at odds of ${oddsOf(one.counts.oddsWorse)}`,
      ),
    ),
    ...suspicious.map((one) =>
      objection(
        'host-suspicious',
        [one],
        `${one.host} alone does worse, at odds of ${oddsOf(one.counts.oddsWorse)}`,
      ),
    ),
    ...codes.map((code) => {
      const from = active.filter(({ counts }) => counts.objections.includes(code));
      return objection(
        code,
        from,
        `${code} holds the version on ${namesOf(from)}; vili why tells more there`,
      );
    }),
    ...cut.map((one) =>
      objection(
        'evidence-cut',
        [one],
        `${one.host} has ${counted(one.cut.suspicious, 'more endpoint')} with something against the version than it can tell the others`,
      ),
    ),
    ...(isEmpty
      ? [objection('substance', active, 'no host compared what says something about the service')]
      : []),
  ];
}

function objection(code: string, from: readonly HostEvidence[], text: string): Objection {
  const hosts = from.slice(0, MAX_HOSTS_NAMED).map(({ host }) => host);
  const observed = from.length;
  return {
    missing: text,
    reason: { code, endpoint: null, text: `${text}.`, observed, limit: 0, samples: [], hosts },
  };
}

function namesOf(hosts: readonly HostEvidence[]): string {
  return someOf(
    hosts.map(({ host }) => host),
    MAX_HOSTS_NAMED,
  ).join(', ');
}

function missingOf({ missing }: Together, objecting: readonly Objection[]): readonly string[] {
  return [...missing, ...objecting.map((one) => one.missing)];
}

function shareOf({ host, counts }: HostEvidence): HostShare {
  return { host, pairs: counts.totals.pairs, oddsWorse: counts.oddsWorse };
}
