import { writeFileAtomic } from '../../lib/base/atomic-file.ts';
import { readState } from '../../lib/base/state-file.ts';
import { createEndpoints } from '../../lib/compare/endpoints.ts';
import { messageOf } from '../../lib/errors.ts';
import { Judgement } from '../../lib/judgement/judgement.ts';
import type { ComparatorDeps } from '../comparator-actor.ts';
import type { House } from './house.ts';

export const MAX_ENDPOINTS = 500;

export function comparatorDeps(house: House): ComparatorDeps {
  const { settings, layout, journal, now, addresses } = house;
  const { shape, values } = settings.compare;
  const verdict = { ...settings.verdict, shape, values, maxEndpoints: MAX_ENDPOINTS };
  return {
    get deployer() {
      return addresses.deployer;
    },
    begin: async (release, memory, startUp) => {
      const rules = { verdict, nowMs: now() };
      try {
        const file = layout.evidenceFile(release.name);
        const { state, problems } = await readState(file, (data) => data);
        for (const problem of problems) {
          journal.warn(`evidence on ${release.name} begins afresh: ${problem}`, {});
        }
        const resumed = Judgement.resume(release, rules, state);
        if (resumed !== null) return resumed;
      } catch (error) {
        journal.warn(`evidence on ${release.name} begins afresh: ${messageOf(error)}`, {});
      }
      return Judgement.begin(release, rules, memory, startUp);
    },
    save: (name, saved) => writeFileAtomic(layout.evidenceFile(name), JSON.stringify(saved)),
    endpoints: () => createEndpoints({ routes: settings.routes, maxEndpoints: MAX_ENDPOINTS }),
    mode: settings.verdict.mode,
    now,
    journal,
  };
}
