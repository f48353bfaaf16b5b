import { isAlive, type ProcessIdentity } from '../../../lib/servlet/process/identity.ts';
import type { FitPoint } from '../kit/line-fit.ts';
import { launcherOf, usageOf } from './processes.ts';
import { hostMs, type Stage } from './stage.ts';

const EVERY_MS = 1000;
/** What is young still grows. */
const YOUNG_MS = 60_000;
const MINUTE_MS = 60_000;

export interface Watched {
  readonly bytes: FitPoint[];
  readonly files: FitPoint[];
}

/** Memory and open files of Vili, which is another process after an upgrade, and of its launcher, which stays. */
export class Watch {
  readonly vili: Watched = { bytes: [], files: [] };
  readonly launcher: Watched = { bytes: [], files: [] };
  readonly #stage: Stage;
  readonly #timer: NodeJS.Timeout;
  #launcher: ProcessIdentity | null = null;
  #isBusy = false;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#timer = setInterval(() => void this.#look(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  // Private

  async #look(): Promise<void> {
    const { world, daemon, beganMs } = this.#stage;
    const forMs = hostMs() - beganMs;
    if (this.#isBusy || forMs < YOUNG_MS) return;
    this.#isBusy = true;
    try {
      const status = await daemon.client.status().catch(() => null);
      if (this.#launcher === null || !isAlive(this.#launcher)) {
        this.#launcher = await launcherOf(world.base);
      }
      add(this.vili, status?.vili.pid, world.port, forMs);
      add(this.launcher, this.#launcher?.pid, world.port, forMs);
    } finally {
      this.#isBusy = false;
    }
  }
}

// Private

function add(watched: Watched, pid: number | undefined, port: number, forMs: number): void {
  const usage = pid === undefined ? null : usageOf(pid, port);
  if (usage === null) return;
  const minute = forMs / MINUTE_MS;
  watched.bytes.push({ minute, value: usage.bytes });
  watched.files.push({ minute, value: usage.files });
}
