import { writeFileAtomic } from '../../lib/base/state/atomic-file.ts';
import { writeCourse } from '../../lib/evaluation/course/file.ts';
import { writeReport } from '../../lib/evaluation/report/files.ts';
import { Test } from '../../lib/evaluation/test.ts';
import { wallTimeOf } from '../../lib/runtime/clock.ts';
import { processSample } from '../../lib/servlet/process-sample.ts';
import { sampleMs } from '../../lib/verdict/signals/process/curve.ts';
import type { Services } from '../app/services.ts';
import { verdictSettings } from '../app/settings/traffic.ts';
import { keepDeclared } from './declared.ts';
import type { ComparatorDeps } from '../comparator-actor.ts';

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
    now,
    journal,
  };
}
