import { probeOnce } from '../../lib/servlet/health/probe.ts';
import { askDeployment } from '../app/questions.ts';
import type { Services } from '../app/services.ts';
import type { HangWatchDeps } from '../hang-watch-actor.ts';

/** A servlet that does not respond to a probe in this time does not respond. */
const PROBE_MS = 1500;

export function hangWatchDeps(services: Services): HangWatchDeps {
  const { live, proxy, now, addresses } = services;
  return {
    deployer: addresses.deployer,
    heard: () => {
      const { running, share } = proxy.route();
      const target = share?.target ?? running;
      return target && { instance: target.instance, ...proxy.pulse() };
    },
    describe: () => askDeployment(services),
    probe: (target) => {
      const { liveness, readiness } = live.settings;
      const path = liveness.path ?? readiness.path;
      return probeOnce({ ...target, path, requestTimeoutMs: PROBE_MS });
    },
    moveOn: (target) => proxy.moveOn(target),
    now,
  };
}
