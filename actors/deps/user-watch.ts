import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../../lib/base/state/atomic-file.ts';
import { codeOf } from '../../lib/errors.ts';
import { UserEvidence } from '../../lib/evaluation/users/user-evidence.ts';
import { askDeployment } from '../app/questions.ts';
import type { Services } from '../app/services.ts';
import type { UserWatchDeps } from '../user-watch-actor.ts';

export function userWatchDeps(services: Services): UserWatchDeps {
  const { live, layout, proxy, endpoints, writes, now, addresses, journal } = services;
  return {
    deployer: addresses.deployer,
    onTraffic: (listener) => proxy.onTraffic(listener),
    endpointOf: (method, path, operation) => endpoints.endpointOf(method, path, operation),
    createEvidence: () =>
      new UserEvidence(() => {
        const { margin, warmupTimeMs, speed } = live.settings.verdict;
        return { margin, warmupTimeMs, speed };
      }),
    routed: () => proxy.route().running?.instance ?? null,
    onProbation: async () => {
      const { running, previous } = (await askDeployment(services)).deployment;
      if (running === null || previous === null) return null;
      return { version: running.release.name, previous: previous.release.name };
    },
    load: async () => {
      const text = await readFile(layout.usersFile, 'utf8').catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return 'null';
        throw error;
      });
      return JSON.parse(text) as unknown;
    },
    save: (checkpoint) =>
      writes.guard('what users got', () =>
        writeFileAtomic(layout.usersFile, JSON.stringify(checkpoint)),
      ),
    now,
    journal,
  };
}
