import { writeFileAtomic } from '../../lib/base/state/atomic-file.ts';
import { readRegular } from '../../lib/base/state/regular-file.ts';
import { codeOf } from '../../lib/errors.ts';
import { UserEvidence } from '../../lib/evaluation/users/user-evidence.ts';
import { askDeployment } from '../app/questions.ts';
import type { Services } from '../app/services.ts';
import type { UserWatchDeps } from '../user-watch-actor.ts';

/** Three versions with all the endpoints that are kept take a tenth of it. */
const FILE_MAX_BYTES = 8_388_608;

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
    routed: () => {
      const { running, share } = proxy.route();
      if (running === null && share == null) return null;
      return [running?.instance, share?.target.instance, share?.size].join(' ');
    },
    onProbation: async () => {
      const { deployment, steps } = await askDeployment(services);
      if (steps !== null) {
        return { version: steps.version, previous: steps.running, share: steps.share };
      }
      const { running, previous } = deployment;
      if (running === null || previous === null) return null;
      return { version: running.release.name, previous: previous.release.name };
    },
    load: async () => {
      const bytes = await readRegular(layout.usersFile, FILE_MAX_BYTES).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return 'null';
        throw error;
      });
      return JSON.parse(bytes.toString()) as unknown;
    },
    save: (checkpoint) =>
      writes.guard('what users got', () =>
        writeFileAtomic(layout.usersFile, JSON.stringify(checkpoint)),
      ),
    now,
    journal,
  };
}
