import { join } from 'node:path';
import { writeFileAtomic } from '../../lib/base/state/atomic-file.ts';
import { readState } from '../../lib/base/state/state-file.ts';
import { createEndpoints } from '../../lib/compare/endpoint/endpoints.ts';
import { COMPARE_LIMITS } from '../../lib/compare/settings.ts';
import { messageOf } from '../../lib/errors.ts';
import { Evaluation, type StartUp } from '../../lib/evaluation/evaluation.ts';
import { writeReport } from '../../lib/evaluation/report/files.ts';
import type { RunningMemory } from '../../lib/evaluation/running-memory.ts';
import { LogContext } from '../../lib/evaluation/samples/log-context.ts';
import { SampleStore } from '../../lib/evaluation/samples/sample-store.ts';
import type { Release } from '../../lib/model/release.ts';
import type { VerdictSettings } from '../../lib/verdict/settings.ts';
import type { Services } from '../app/services.ts';
import type { ComparatorDeps } from '../comparator-actor.ts';
import type { Begun } from '../test-view.ts';
import { verdictSettings } from './traffic.ts';

export function comparatorDeps(services: Services): ComparatorDeps {
  const { settings, layout, journal, now, addresses } = services;
  const verdict = verdictSettings(settings);
  return {
    deployer: addresses.deployer,
    trafficMirror: addresses.trafficMirror,
    begin: (test, memory, startUp) => begin(services, verdict, { test, memory, startUp }),
    writeReport: (outcome, test) =>
      writeReport(layout.versionFolder(outcome.version), outcome, test),
    rules: verdict,
    save: (name, saved) => writeFileAtomic(layout.evidenceFile(name), JSON.stringify(saved)),
    endpoints: () =>
      createEndpoints({ routes: settings.routes, maxEndpoints: COMPARE_LIMITS.maxEndpoints }),
    mode: settings.verdict.mode,
    now,
    journal,
  };
}

/** Where a version keeps the pairs of its test. */
export function samplesFolder({ layout }: Services, version: string): string {
  return join(layout.versionFolder(version), 'samples');
}

// Private

interface Beginning {
  readonly test: { readonly release: Release; readonly sinceMs: number };
  readonly memory: RunningMemory;
  readonly startUp: StartUp;
}

async function begin(
  services: Services,
  verdict: VerdictSettings,
  { test, memory, startUp }: Beginning,
): Promise<Begun> {
  const { layout, journal, now, settings } = services;
  const { name, fingerprint } = test.release;
  const build = { name, fingerprint, sinceMs: test.sinceMs };
  const rules = { verdict, nowMs: now() };
  const context = new LogContext();
  const open = (fresh: boolean) =>
    SampleStore.open(samplesFolder(services, name), fresh, settings.samples, (error) =>
      journal.warn(`a sample of ${name} could not be kept: ${messageOf(error)}`, {}),
    );
  try {
    const { state, problems } = await readState(layout.evidenceFile(name), (data) => data);
    for (const problem of problems) {
      journal.warn(`evidence on ${name} begins afresh: ${problem}`, {});
    }
    const resumed = Evaluation.resume(build, rules, state);
    if (resumed !== null) return { evaluation: resumed, store: await open(false), context };
  } catch (error) {
    journal.warn(`evidence on ${name} begins afresh: ${messageOf(error)}`, {});
  }
  const evaluation = Evaluation.begin(build, rules, memory, startUp);
  return { evaluation, store: await open(true), context };
}
