import { fleetWaves } from '../../../config/formats.ts';
import { messageOf } from '../../../lib/errors.ts';
import { keysOf } from '../../../lib/fleet/session/keys.ts';
import { IDENTIFIER } from '../../support/daemon-world.ts';
import { type EtcdNode, withEtcd } from '../../support/etcd.ts';
import { seededRandom } from '../../support/seeded.ts';
import { withTempFolder } from '../../support/temp-folder.ts';
import { auditRevisions, type RevisionAudit } from './audit/revisions.ts';
import { auditUsers, isExcused } from './audit/users.ts';
import { ShiftedClock } from './clock.ts';
import type { Stage } from './faults.ts';
import { FIRST_VERSION, FleetHost } from './host.ts';
import { playEnd, playFaults, playReleases, type Told } from './play.ts';
import { Recorder } from './recorder.ts';
import { BAD_DATA, type Dropped } from './releases.ts';

const NODES = 3;
const HISTORY_MAX = 10_000;
const PROBLEMS_MAX = 200;
const WAVES = '1, 60%, 100%';
/** Little evidence and a short probation, so that a rollout takes half a minute. */
const SETTINGS: Readonly<Record<string, string>> = {
  verdict_min_time: '5s',
  verdict_min_requests: '100',
  verdict_log_window: '1s',
  // How fast two versions are beside everything else on a busy machine is not the matter here.
  verdict_speed: 'report',
  fleet_waves: WAVES,
  probation: '4s',
};

export interface FleetRunOptions {
  readonly minutes: number;
  readonly hosts: number;
  /** Of the users of each host. */
  readonly ratePerSecond: number;
  readonly seed: number;
  readonly onLine: (text: string) => void;
}

export interface FleetRun extends Pick<RevisionAudit, 'rollouts' | 'leaders' | 'switchingAtOnce'> {
  readonly problems: readonly string[];
  readonly faults: ReadonlyMap<string, number>;
  readonly dropped: readonly Dropped[];
  readonly revisions: number;
  readonly requests: number;
  /** Failed while the Vili of their host was killed. */
  readonly excused: number;
  /** Why no clock was shifted; null: one was. */
  readonly noClock: string | null;
}

/** A fleet under users and faults, while versions come all the time; judged afterwards by its revisions and histories. */
export async function runFleet(options: FleetRunOptions): Promise<FleetRun> {
  return withTempFolder((folder) =>
    withEtcd(folder, NODES, async (nodes) => {
      const recorder = new Recorder(
        IDENTIFIER,
        nodes.map(({ endpoint }) => endpoint),
      );
      const hosts: FleetHost[] = [];
      try {
        return await onStage(options, { folder, nodes, recorder, hosts });
      } finally {
        recorder.close();
        for (const host of hosts)
          await host.end().catch((error: unknown) => options.onLine(messageOf(error)));
      }
    }),
  );
}

// Private

interface Scene {
  readonly folder: string;
  readonly nodes: readonly EtcdNode[];
  readonly recorder: Recorder;
  /** Filled here. */
  readonly hosts: FleetHost[];
}

async function onStage(
  options: FleetRunOptions,
  { folder, nodes, recorder, hosts }: Scene,
): Promise<FleetRun> {
  const { seed, minutes, onLine } = options;
  const random = seededRandom(seed);
  const found = ShiftedClock.find(folder);
  const clock = typeof found === 'string' ? null : found;
  const names = Array.from({ length: options.hosts }, (_, at) => `host-${at + 1}`);
  const bad = random.of(names);
  const shifted = random.of(names);
  const endpoints = nodes.map(({ endpoint }) => endpoint).join(', ');
  for (const name of names) {
    const environment = {
      ...(name === bad && BAD_DATA),
      ...(name === shifted && clock?.environment),
    };
    const settings = { ...SETTINGS, fleet_endpoints: endpoints };
    const { ratePerSecond } = options;
    hosts.push(await FleetHost.begin({ name, settings, environment, ratePerSecond }));
  }
  const problems: string[] = [];
  const beganMs = performance.now();
  const told: Told = {
    line: (text) => onLine(`${((performance.now() - beganMs) / 1000).toFixed(1)} s  ${text}`),
    problem: (text) => problems.push(text),
  };
  const stage: Stage = {
    hosts,
    nodes,
    recorder,
    random,
    clock: clock && { host: shifted, clock },
  };
  const untilMs = beganMs + minutes * 60_000;
  const [faults, dropped] = await Promise.all([
    playFaults(stage, untilMs, told),
    playReleases(stage, untilMs, seededRandom(seed + 1), told),
  ]);
  const last = await playEnd(stage, dropped.length, told);
  const all = [...dropped, last];
  let requests = 0;
  let excused = 0;
  for (const host of hosts) {
    requests += (await host.stopUsers()).sent;
    excused += host.failures.filter((failure) => isExcused(failure, host.outages)).length;
    problems.push(...auditUsers({ ...usersOf(host), isBad: host.name === bad }, all));
  }
  await recorder.caughtUp();
  const audit = auditRevisions(recorder.changes, {
    keys: keysOf(IDENTIFIER),
    waves: fleetWaves.parse(WAVES),
    initial: FIRST_VERSION,
  });
  problems.push(...audit.problems, ...(await historyProblems(hosts, audit)));
  return {
    ...audit,
    problems: problems.slice(0, PROBLEMS_MAX),
    faults,
    dropped: all,
    revisions: recorder.changes.length,
    requests,
    excused,
    noClock: typeof found === 'string' ? found : null,
  };
}

function usersOf({ name, failures, outages, versions }: FleetHost) {
  return { name, failures, outages, versions };
}

/** What hosts wrote down themselves of versions that nobody told them to go to. */
async function historyProblems(
  hosts: readonly FleetHost[],
  { toldVersions }: RevisionAudit,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { name, daemon } of hosts) {
    const history = await daemon.client.history({ limit: HISTORY_MAX });
    const promoted = history.filter(({ event }) => event === 'promoted');
    for (const { version } of promoted) {
      if (version === FIRST_VERSION || toldVersions.has(`${name} ${version}`)) continue;
      problems.push(`by its history ${name} promoted ${version}, and nobody had told it to`);
    }
  }
  return problems;
}
