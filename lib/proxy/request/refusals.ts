import { PatientTimer } from '../../runtime/patient-timer.ts';
import { connectSocket } from '../upstream/connect.ts';
import { isRefused } from '../upstream/errors.ts';
import type { UpstreamPool } from '../upstream/pool.ts';
import type { Held, RequestHold } from './hold.ts';

/** How often the port of a running that refuses is tried while requests wait for it. */
const TRY_MS = 200;

/**
 * Requests whose connection running refused. Its process may have ended, and the news of it may be late, or it lives and
 * listens again soon: they are held until users have another running, until this one accepts connections, or until their
 * time is over.
 */
export class Refusals {
  private readonly hold: RequestHold;
  private readonly running: () => UpstreamPool | null;
  private readonly connectTimeoutMs: number;
  private readonly timer = new PatientTimer(() => this.attempt(), { holdsProcess: false });
  private isTrying = false;

  /** `running`: whom users have now. */
  constructor(hold: RequestHold, running: () => UpstreamPool | null, connectTimeoutMs: number) {
    this.hold = hold;
    this.running = running;
    this.connectTimeoutMs = connectTimeoutMs;
  }

  /** Returns false at a limit of the hold. */
  add(held: Held): boolean {
    if (!this.hold.add(held)) return false;
    if (!this.isTrying) this.tryLater();
    return true;
  }

  // Private

  private tryLater(): void {
    this.isTrying = true;
    this.timer.start(TRY_MS);
  }

  /** By a connection of its own, which carries nothing: it costs one attempt, however many wait. */
  private attempt(): void {
    const pool = this.running();
    this.isTrying = false;
    if (pool === null || this.hold.size === 0) return;
    this.isTrying = true;
    connectSocket(pool.target, this.connectTimeoutMs, (error, socket) => {
      socket?.destroy();
      if (isRefused(error) || this.running() !== pool) return this.tryLater();
      this.isTrying = false;
      this.hold.releaseAll();
    });
  }
}
