import { PatientTimer } from '../../runtime/patient-timer.ts';
import { threadTime } from '../../runtime/thread-time.ts';

/** The least that a client takes or sends, bytes per second, while connections to running are scarce. */
const LEAST_BYTES_PER_S = 32_768;
/** For a moment anybody may stop. */
const GRACE_MS = 1000;
const MS_PER_S = 1000;
const CHECK_MS = 250;

/**
 * How a client keeps up: for how long it has been waited for, and how many bytes that were. The time is that of the
 * thread: while Vili itself stands still, nobody can be read from or written to.
 */
export interface Pace {
  readonly ms: number;
  readonly bytes: number;
}

interface PacedJob {
  /** Null while nobody waits for the client; `nowMs` of the thread's time. */
  pace(nowMs: number): Pace | null;
  cutSlow(): void;
}

/** Frees connections to running whose clients are too slow, and only while they are scarce: the slowest first. */
export class SlowClients {
  private readonly jobs: () => readonly PacedJob[];
  private readonly excess: () => number;
  private readonly timer = new PatientTimer(() => this.due(), { holdsProcess: false });
  private isWatching = false;

  /** `excess`: how many connections are wanted back. */
  constructor(jobs: () => readonly PacedJob[], excess: () => number) {
    this.jobs = jobs;
    this.excess = excess;
  }

  /** Connections may have become scarce. */
  watch(): void {
    if (this.isWatching || this.excess() === 0) return;
    this.isWatching = true;
    this.timer.start(CHECK_MS);
  }

  // Private

  private due(): void {
    this.isWatching = false;
    this.check();
    this.watch();
  }

  private check(): void {
    const nowMs = threadTime.now();
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
