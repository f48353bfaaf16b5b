import { writeFileAtomic } from '../../lib/base/state/atomic-file.ts';
import { createEndpoints } from '../../lib/compare/endpoint/endpoints.ts';
import { COMPARE_LIMITS } from '../../lib/compare/settings.ts';
import { writeReport } from '../../lib/evaluation/report/files.ts';
import { Test } from '../../lib/evaluation/test.ts';
import type { Services } from '../app/services.ts';
import type { ComparatorDeps } from '../comparator-actor.ts';
import { verdictSettings } from './traffic.ts';

export function comparatorDeps(services: Services): ComparatorDeps {
  const { settings, layout, journal, now, addresses } = services;
  const verdict = verdictSettings(settings);
  return {
    deployer: addresses.deployer,
    trafficMirror: addresses.trafficMirror,
    openTest: ({ release, sinceMs }, memory, startUp) =>
      Test.open({
        release,
        sinceMs,
        memory,
        startUp,
        rules: verdict,
        samples: settings.samples,
        versionFolder: layout.versionFolder(release.name),
        evidenceFile: layout.evidenceFile(release.name),
        nowMs: now(),
        onProblem: (text) => journal.warn(text),
      }),
    writeReport: (decision, test) =>
      writeReport(layout.versionFolder(decision.version), decision, test),
    save: (name, saved) => writeFileAtomic(layout.evidenceFile(name), JSON.stringify(saved)),
    endpoints: () =>
      createEndpoints({ routes: settings.routes, maxEndpoints: COMPARE_LIMITS.maxEndpoints }),
    mode: settings.verdict.mode,
    now,
    journal,
  };
}
