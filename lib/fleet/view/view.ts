import { type Wave, waveText } from '../../model/promotion/wave.ts';
import { quorumProblem } from '../rollout/quorum.ts';
import {
  type HostRecord,
  isStray,
  placeOf,
  type Rollout,
  rejects,
  runs,
} from '../rollout/records.ts';
import type { FleetView } from '../session/fleet-view.ts';
import type { Judgement } from './judgement.ts';

/** Schema `vili.fleet/1` of `vili fleet --json` and `GET /v1/fleet`: fields may be added, never renamed. */
export interface FleetReport {
  readonly schema: 'vili.fleet/1';
  readonly fleet: string;
  /** This host. */
  readonly host: string;
  readonly engine: {
    readonly endpoints: readonly string[];
    /** Why it is not there, since when nothing is promoted; null: it is. */
    readonly problem: string | null;
    /** Since when it is not there, ISO 8601, by the clock of this host; null: it is. */
    readonly since: string | null;
    /** What an operator of the engine has to do; null: nothing. */
    readonly trouble: string | null;
  };
  readonly leader: { readonly host: string; readonly token: number } | null;
  /** An operator paused the fleet. */
  readonly hold: { readonly by: string; readonly at: string; readonly reason: string } | null;
  readonly rollout: RolloutReport | null;
  readonly hosts: readonly HostReport[];
  /** By the evidence of all hosts; only the leader adds it up, and null elsewhere. */
  readonly verdict: Judgement | null;
  /** What this host waits for; null: for nothing. */
  readonly waits: string | null;
}

export interface RolloutReport {
  readonly id: number;
  readonly version: string;
  readonly sha256: string;
  readonly phase: Rollout['phase'];
  /** The wave that is open, from 1 on; 0 before. */
  readonly wave: number;
  readonly waves: readonly string[];
  /** Hosts that have gone, and those of them whose probation is over. */
  readonly gone: number;
  readonly settled: number;
  readonly heldBy: string | null;
  readonly decidedBy: string;
  readonly reasons: readonly string[];
  /** Why too few hosts are there; null: there are enough. */
  readonly quorum: string | null;
}

export type HostState =
  | 'steady'
  | 'testing'
  | 'switching'
  | 'probation'
  | 'gone'
  | 'rejected'
  | 'other content'
  | 'away';

export interface HostReport {
  readonly host: string;
  readonly state: HostState;
  readonly running: string | null;
  readonly testing: string | null;
  /** The wave in which it was told to go, from 1 on; null: not yet. */
  readonly wave: number | null;
  readonly waits: string | null;
  /** Of its evidence, as the leader adds it up; null elsewhere. */
  readonly pairs: number | null;
  readonly odds: number | null;
  readonly vili: string;
  readonly url: string;
}

export interface FleetFacts {
  readonly fleet: string;
  readonly host: string;
  readonly endpoints: readonly string[];
  readonly problem: string | null;
  readonly since: string | null;
  readonly trouble: string | null;
  readonly view: FleetView;
  readonly waves: readonly Wave[];
  readonly quorum: number;
  readonly verdict: Judgement | null;
  readonly waits: string | null;
}

/** What people are shown of a fleet, as this host knows it. */
export function fleetReportOf(facts: FleetFacts): FleetReport {
  const { view, fleet, host, endpoints, problem, since, trouble, verdict, waits } = facts;
  const { rollout, hosts, hold, leader } = view;
  return {
    schema: 'vili.fleet/1',
    fleet,
    host,
    engine: { endpoints, problem, since, trouble: view.rolloutProblem ?? trouble },
    leader,
    hold,
    rollout: rollout && rolloutReport(rollout, facts),
    hosts: [
      ...hosts.map((one) => hostReport(one, rollout, verdict)),
      ...awayHosts(rollout, hosts),
    ].toSorted((left, right) => (left.host < right.host ? -1 : 1)),
    verdict,
    waits,
  };
}

// Private

function rolloutReport(rollout: Rollout, { waves, quorum, view }: FleetFacts): RolloutReport {
  const { id, candidate, phase, wave, assigned, settled, heldBy, decidedBy, reasons } = rollout;
  const isOpening = phase === 'collecting' || phase === 'waves';
  return {
    id,
    version: candidate.version,
    sha256: candidate.sha256,
    phase,
    wave: phase === 'collecting' ? 0 : Math.min(wave + 1, waves.length),
    waves: waves.map(waveText),
    gone: Object.keys(assigned).length,
    settled: settled.length,
    heldBy,
    decidedBy,
    reasons,
    quorum: isOpening ? quorumProblem(rollout, { hosts: view.hosts, quorum }) : null,
  };
}

function hostReport(
  record: HostRecord,
  rollout: Rollout | null,
  verdict: Judgement | null,
): HostReport {
  const { host, running, testing, waits, vili, url } = record;
  const wave = rollout && placeOf(rollout, host);
  const share = verdict?.hosts.find((one) => one.host === host);
  return {
    host,
    state: stateOf(record, rollout),
    running: running?.version ?? null,
    testing: testing?.version ?? null,
    wave: wave === null ? null : wave + 1,
    waits,
    pairs: share?.pairs ?? null,
    odds: share?.oddsWorse ?? null,
    vili,
    url,
  };
}

function stateOf(record: HostRecord, rollout: Rollout | null): HostState {
  const { testing, isSwitching, isOnProbation } = record;
  if (isSwitching) return 'switching';
  if (rollout !== null) {
    const { candidate } = rollout;
    if (isStray(record, candidate)) return 'other content';
    if (rejects(record, candidate)) return 'rejected';
    if (runs(record, candidate)) return isOnProbation ? 'probation' : 'gone';
  }
  if (testing !== null) return 'testing';
  return isOnProbation ? 'probation' : 'steady';
}

/** Hosts that were told to go, or belong to the rollout, and are not there. */
function awayHosts(rollout: Rollout | null, hosts: readonly HostRecord[]): readonly HostReport[] {
  const here = new Set(hosts.map(({ host }) => host));
  const names = rollout?.members.filter((host) => !here.has(host)) ?? [];
  return names.map((host) => {
    const wave = rollout && placeOf(rollout, host);
    const nothing = { running: null, testing: null, waits: null, pairs: null, odds: null };
    const place = wave === null ? null : wave + 1;
    return { host, state: 'away', ...nothing, wave: place, vili: '', url: '' };
  });
}
