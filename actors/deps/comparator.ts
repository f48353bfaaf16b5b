import type { Address } from '../../lib/actor/index.ts';
import { writeFileAtomic } from '../../lib/base/state/atomic-file.ts';
import type { Endpoints } from '../../lib/compare/endpoint/endpoints.ts';
import { writeCourse } from '../../lib/evaluation/course/file.ts';
import type { Concluded } from '../../lib/evaluation/course/view.ts';
import type { StartUp } from '../../lib/evaluation/start-ups.ts';
import { writeReport } from '../../lib/evaluation/report/files.ts';
import type { RunningMemory } from '../../lib/evaluation/running-memory.ts';
import { Test } from '../../lib/evaluation/test.ts';
import type { Journal } from '../../lib/journal/journal.ts';
import type { ProcessSample } from '../../lib/model/servlet-facts.ts';
import { wallTimeOf } from '../../lib/runtime/clock.ts';
import { processSample } from '../../lib/servlet/process-sample.ts';
import { sampleMs } from '../../lib/verdict/signals/process/curve.ts';
import type { Services } from '../app/services.ts';
import { verdictSettings } from '../app/settings/traffic.ts';
import type {
  ComparatorMessage,
  DeployerMessage,
  TrafficMirrorMessage,
  UserWatchMessage,
} from '../messages.ts';
import type { MetricsMessage } from '../metrics/messages.ts';
import { keepDeclared } from './declared.ts';

export interface ComparatorDeps {
  readonly deployer: Address<DeployerMessage>;
  readonly trafficMirror: Address<TrafficMirrorMessage>;
  /** Told what the version before responded to copies, in a probation. */
  readonly userWatch: Address<UserWatchMessage>;
  readonly metrics: Address<MetricsMessage>;
  /** Continues from the checkpoint of the same test if there is one, else begins afresh. */
  readonly openTest: (
    test: Pick<
      Extract<ComparatorMessage, { type: 'evaluate' }>,
      'release' | 'sinceMs' | 'against' | 'declared'
    >,
    memory: RunningMemory,
    startUp: StartUp,
  ) => Promise<Test>;
  /** Leaves the report in the version's folder; null: nothing is known of its test, what is there stays. */
  readonly writeReport: (concluded: Concluded) => Promise<void>;
  /** Reports a failure itself. */
  readonly save: (name: string, checkpoint: Buffer) => Promise<void>;
  /** The same that names the copies, also after a restart of this actor. */
  readonly endpoints: Endpoints;
  readonly sampleProcesses: () => Promise<ProcessSample | null>;
  readonly sampleMs: () => number;
  readonly mode: () => 'auto' | 'manual';
  /** This host is one of several, which decide together. */
  readonly isInFleet: boolean;
  readonly now: () => number;
  readonly journal: Journal;
}

export function comparatorDeps(services: Services): ComparatorDeps {
  const { live, layout, launcher, proxy, registry, journal, now, addresses } = services;
  const { endpoints, writes } = services;
  /** Those of the test under way, whatever was reloaded since. */
  let rules = verdictSettings(live.settings);
  const { deployer, trafficMirror, userWatch, metrics } = addresses;
  return {
    deployer,
    trafficMirror,
    userWatch,
    metrics,
    openTest: async (what, memory, startUp) => {
      const { release, declared = [] } = what;
      await keepDeclared(services, release, declared);
      rules = verdictSettings(live.settings);
      return Test.open({
        ...what,
        memory,
        startUp,
        samples: live.settings.samples,
        rules,
        versionFolder: layout.versionFolder(release.name),
        evidenceFile: layout.evidenceFile(release.name),
        nowMs: now(),
        toWall: wallTimeOf,
        onProblem: (text) => journal.warn(text),
      });
    },
    writeReport: async ({ decision, test, course }) => {
      const folder = layout.versionFolder(decision.version);
      await Promise.all([
        course === null ? null : writeCourse(folder, course),
        writeReport(folder, decision, test),
      ]);
    },
    sampleProcesses: async () => {
      const usages = await launcher.usages();
      const running = proxy.route().running?.instance ?? null;
      return processSample({ atMs: now(), usages, registry, running });
    },
    sampleMs: () => sampleMs(rules),
    save: (name, checkpoint) =>
      writes.guard('the evidence', () => writeFileAtomic(layout.evidenceFile(name), checkpoint)),
    endpoints,
    mode: () => live.settings.verdict.mode,
    isInFleet: services.settings.fleet.endpoints.length > 0,
    now,
    journal,
  };
}
