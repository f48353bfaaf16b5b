/** The least that a client takes or sends, bytes per second, while connections to running are scarce. */
const LEAST_BYTES_PER_S = 32_768;
/** For a moment anybody may stop. */
const GRACE_MS = 1000;
const MS_PER_S = 1000;
const CHECK_MS = 250;

/** How a client keeps up: for how long it has been waited for, and how many bytes that were. */
export interface Pace {
  readonly ms: number;
  readonly bytes: number;
}

interface PacedJob {
  /** Null while nobody waits for the client. */
  pace(nowMs: number): Pace | null;
  cutSlow(): void;
}

/** Frees connections to running whose clients are too slow, and only while they are scarce: the slowest first. */
export class SlowClients {
  private readonly jobs: () => readonly PacedJob[];
  private readonly excess: () => number;
  private timer: NodeJS.Timeout | null = null;

  /** `excess`: how many connections are wanted back. */
  constructor(jobs: () => readonly PacedJob[], excess: () => number) {
    this.jobs = jobs;
    this.excess = excess;
  }

  /** Connections may have become scarce. */
  watch(): void {
    if (this.timer !== null || this.excess() === 0) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.check();
      this.watch();
    }, CHECK_MS).unref();
  }

  // Private

  private check(): void {
    const nowMs = performance.now();
    const late = this.jobs()
      .map((job) => ({ job, lateMs: latenessOf(job.pace(nowMs)) }))
      .filter(({ lateMs }) => lateMs > 0)
      .sort((a, b) => b.lateMs - a.lateMs);
    for (const { job } of late.slice(0, this.excess())) job.cutSlow();
  }
}

// Private

function latenessOf(pace: Pace | null): number {
  if (pace === null) return 0;
  return pace.ms - GRACE_MS - (pace.bytes / LEAST_BYTES_PER_S) * MS_PER_S;
}
