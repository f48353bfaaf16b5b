import { readFile } from 'node:fs/promises';
import type { Settings } from '../../config/settings.ts';
import { createCluster } from '../../lib/cluster/cluster.ts';
import type { CopyLimits } from '../../lib/cluster/protocol.ts';
import type { ClusterEvent } from '../../lib/cluster/slot.ts';
import type { Mirror } from '../../lib/mirror/mirror.ts';
import type { UserFailure } from '../../lib/model/users/failure.ts';
import { createProxy, type ProxyService } from '../../lib/proxy/proxy.ts';
import { proxySettings } from './settings/traffic.ts';
import type { Predecessor } from './upgrade/predecessor.ts';
import { SharedProxy } from './upgrade/shared-proxy.ts';

const COPIES_BATCH_BYTES = 262_144;

interface ProxyServiceHooks {
  readonly now: () => number;
  readonly onProblem: (text: string) => void;
  readonly onFailure: (failure: UserFailure) => void;
  readonly onEvent: (event: ClusterEvent) => void;
}

/** Where the proxy gets its listening socket and its token from. */
interface ProxyOrigin {
  readonly token: string;
  readonly inheritedFd: number | null;
  /** The Vili that hands its socket over; null when there is none. */
  readonly before: Predecessor | null;
}

/** The proxy: on this thread, or in as many processes as the settings say. */
export async function createProxyService(
  settings: Settings,
  { token, inheritedFd, before }: ProxyOrigin,
  mirror: Mirror,
  { now, onProblem, onFailure, onEvent }: ProxyServiceHooks,
): Promise<ProxyService> {
  const { page } = settings.error;
  const errorPage = page === '' ? '' : await readFile(page, 'utf8');
  const own = { ...proxySettings(settings, errorPage, token), inheritedFd };
  const { processes } = settings.gate;
  const handed = before === null ? undefined : () => before.listener();
  const proxy =
    processes === 1
      ? createProxy(own, mirror.sink, { now, onProblem, onFailure, handed })
      : createCluster({
          settings: own,
          processes,
          copies: copyLimits(settings),
          mirror,
          now,
          onProblem,
          handed,
          onFailure,
          onEvent,
        });
  return before === null ? proxy : new SharedProxy(proxy, before);
}

// Private

function copyLimits({ gate, mirror }: Settings): CopyLimits {
  return {
    batchBytes: COPIES_BATCH_BYTES,
    queueBytes: Math.ceil(mirror.queueBytes / gate.processes),
    busyLimit: mirror.busyLimit,
  };
}
