import { createCluster } from '../../lib/cluster/cluster.ts';
import type { CopySink } from '../../lib/cluster/copy-receiver.ts';
import type { ClusterEvent } from '../../lib/cluster/slot.ts';
import type { StateNote } from '../../lib/mirror/state/note.ts';
import type { DropReason } from '../../lib/mirror/wire/protocol.ts';
import type { Exchange } from '../../lib/model/exchange.ts';
import type { UserFailure } from '../../lib/model/users/failure.ts';
import type { ProxyCounts } from '../../lib/proxy/counts.ts';
import type { ProxyService } from '../../lib/proxy/proxy.ts';
import { eventually } from './eventually.ts';
import { proxySettings, type SettingsChanges, type Upstream } from './proxy-fixture.ts';

/** A mirror that keeps what it gets. */
export class RecordingMirror implements CopySink {
  readonly exchanges: Exchange[] = [];
  readonly notes: StateNote[] = [];
  readonly drops = new Map<DropReason, number>();
  reason: DropReason | null = null;
  isBusy = false;
  readonly sink = {
    submit: (exchange: Exchange): void => {
      this.exchanges.push(exchange);
    },
  };

  noted(note: StateNote): void {
    this.notes.push(note);
  }

  drop(reason: DropReason, count: number): void {
    this.drops.set(reason, (this.drops.get(reason) ?? 0) + count);
  }

  dropReason(): DropReason | null {
    return this.reason;
  }

  setBusy(isBusy: boolean): void {
    this.isBusy = isBusy;
  }

  /** All copies that reached it, dropped ones included. */
  get copies(): number {
    return this.exchanges.length + [...this.drops.values()].reduce((sum, it) => sum + it, 0);
  }
}

export interface ClusterFixture {
  readonly proxy: ProxyService;
  readonly mirror: RecordingMirror;
  readonly port: number;
  readonly events: ClusterEvent[];
  readonly problems: string[];
  readonly failures: UserFailure[];
  /** Pids of the processes that serve now, in the order of their slots. */
  readonly pids: () => number[];
  /** The first counts that match. */
  readonly counted: (what: string, fits: (counts: ProxyCounts) => boolean) => Promise<ProxyCounts>;
}

export interface ClusterChanges {
  readonly settings?: SettingsChanges;
  readonly processes?: number;
  readonly queueBytes?: number;
  readonly busyLimit?: number;
}

/** Two processes in front of `upstream`, mirroring; closed after `use`, their accounts checked. */
export async function withCluster(
  upstream: Upstream | null,
  use: (fixture: ClusterFixture) => Promise<void>,
  changes: ClusterChanges = {},
): Promise<void> {
  const mirror = new RecordingMirror();
  const events: ClusterEvent[] = [];
  const problems: string[] = [];
  const failures: UserFailure[] = [];
  const proxy = createCluster({
    settings: proxySettings(changes.settings),
    processes: changes.processes ?? 2,
    copies: {
      batchBytes: 65_536,
      queueBytes: changes.queueBytes ?? 8_388_608,
      busyLimit: changes.busyLimit ?? 1,
    },
    mirror,
    now: () => performance.timeOrigin + performance.now(),
    onProblem: (text) => problems.push(text),
    onFailure: (failure) => failures.push(failure),
    onEvent: (event) => events.push(event),
  });
  const { port } = await proxy.listen();
  if (upstream !== null) proxy.setRoute({ running: upstream.target, mirroring: true });
  const counted: ClusterFixture['counted'] = async (what, fits) => {
    let last: ProxyCounts | null = null;
    const check = async (): Promise<ProxyCounts | null> => {
      last = await proxy.counts();
      return fits(last) ? last : null;
    };
    return eventually(what, check).catch((cause: unknown) => {
      throw new Error(`${what}: ${JSON.stringify(last)}`, { cause });
    });
  };
  try {
    await use({
      proxy,
      mirror,
      port,
      events,
      problems,
      failures,
      pids: () => pidsOf(events),
      counted,
    });
  } finally {
    await proxy.close(200);
    await upstream?.close();
  }
  const counts = await proxy.counts();
  const { received, submitted, shed, skipped, heldNow, inFlightNow } = counts;
  const skips = Object.values(skipped).reduce((total, count) => total + count, 0);
  const isExact = received === submitted + shed + skips && submitted + shed === mirror.copies;
  if (!isExact || heldNow !== 0 || inFlightNow !== 0) {
    throw new Error(`accounts do not add up: ${JSON.stringify(counts)}, copies ${mirror.copies}`);
  }
  for (const pid of events.map((event) => event.pid))
    if (isAlive(pid)) throw new Error(`left ${pid}`);
}

/** Whether the process lives. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

// Private

function pidsOf(events: readonly ClusterEvent[]): number[] {
  const pids = new Map<number, number>();
  for (const event of events) {
    if (event.kind === 'started') pids.set(event.process, event.pid);
    else pids.delete(event.process);
  }
  return [...pids].sort(([a], [b]) => a - b).map(([, pid]) => pid);
}
