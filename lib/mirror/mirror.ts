import type { Exchange, ExchangeSink, Target } from '../model/exchange.ts';
import { Accounts, type Counts } from './host/accounts.ts';
import { BufferPool } from './host/buffer-pool.ts';
import { MirrorSession, type SessionHooks } from './host/session.ts';
import type { MirrorEvent, MirrorSettings, OutcomeBatch } from './settings.ts';
import type { DropReason, Fault } from './wire/protocol.ts';

export type { Counts } from './host/accounts.ts';
export * from './settings.ts';
export type { Fault } from './wire/protocol.ts';

export interface MirrorHooks {
  /** Wall clock, ms; for the restart backoff. */
  readonly now?: () => number;
  readonly onOutcomes: (batch: OutcomeBatch) => void;
  readonly onEvent: (event: MirrorEvent) => void;
}

/** The testing side of a test, out of the users' way in a thread of its own. */
export interface Mirror {
  /** For the gate: cheap, never blocks, never throws. */
  readonly sink: ExchangeSink;
  /** Mirrors to this servlet with fresh templates and noise. A test before it ends. */
  begin(test: { id: string; testing: Target; running: Target }): void;
  /**
   * The servlet restarted on another port: evidence goes on. `testing` null: it is down for now,
   * copies fail as `refused` at once without being sent.
   */
  retarget(change: { testing?: Target | null; running?: Target }): void;
  /** Why a copy would be dropped now, or null. */
  refusal(): DropReason | null;
  /** Counts copies that were dropped before they came here. */
  drop(reason: DropReason, count: number): void;
  /** What was learned of noise before Vili restarted, in the test of that id; else nothing. */
  restoreNoise(id: string, noise: string): void;
  /** Whether processes of the gate have no time left: running is not asked a second time then. */
  usersBusy(isBusy: boolean): void;
  /** Stops mirroring; open copies are counted as dropped, `ended`. */
  end(): Promise<void>;
  /** Offered = mirrored + dropped + failed + inFlight, always. */
  counts(): Counts;
  /** Breaks the worker on purpose; nothing without a test. */
  cause(fault: Fault): void;
  close(): Promise<void>;
}

/** Starts nothing: a worker thread lives only as long as a test. */
export function createMirror(settings: MirrorSettings, hooks: MirrorHooks): Mirror {
  const accounts = new Accounts();
  const store = new BufferPool(settings.batchBytes);
  let isBusyElsewhere = false;
  const sessionHooks: SessionHooks = {
    now: hooks.now ?? Date.now,
    isBusyElsewhere: () => isBusyElsewhere,
    ...hooks,
  };
  const ending = new Set<Promise<void>>();
  let session: MirrorSession | null = null;
  let isClosed = false;

  const endSession = (): void => {
    if (session === null) return;
    const ended = session.end().finally(() => ending.delete(ended));
    ending.add(ended);
    session = null;
  };
  const end = async (): Promise<void> => {
    endSession();
    await Promise.all(ending);
  };

  const idleReason = (): DropReason => (isClosed ? 'closed' : 'no-test');

  return {
    sink: createSink(accounts, () => session, idleReason),
    refusal: () => (session === null ? idleReason() : session.refusal()),
    drop(reason, count) {
      if (session === null) accounts.drop(reason, count);
      else session.drop(reason, count);
    },
    usersBusy(isBusy) {
      isBusyElsewhere = isBusy;
    },
    begin({ id, testing, running }) {
      endSession();
      if (isClosed) return;
      session = new MirrorSession(
        id,
        { testing, running },
        settings,
        store,
        accounts,
        sessionHooks,
      );
    },
    retarget: (change) => session?.retarget(change),
    restoreNoise: (id, noise) => {
      if (session?.id === id) session.restoreNoise(noise);
    },
    end,
    counts: () => accounts.counts(),
    cause: (fault) => session?.cause(fault),
    async close() {
      isClosed = true;
      await end();
    },
  };
}

// Private

function createSink(
  accounts: Accounts,
  current: () => MirrorSession | null,
  idleReason: () => DropReason,
): ExchangeSink {
  /** Why `full` said so: by the time of `shed` the reason may be gone. */
  let lastReason: DropReason = 'queue-full';

  return {
    full() {
      const session = current();
      const reason =
        session === null
          ? idleReason()
          : (session.refusal() ?? (session.admits() ? null : ('busy' as const)));
      if (reason !== null) lastReason = reason;
      return reason !== null;
    },
    submit(exchange: Exchange) {
      const session = current();
      if (session === null) accounts.drop(idleReason());
      else session.submit(exchange);
    },
    shed(noRoom) {
      const session = current();
      if (session === null) accounts.drop(idleReason());
      else if (noRoom !== undefined) session.drop(noRoom);
      else session.drop(lastReason === 'busy' ? lastReason : (session.refusal() ?? lastReason));
    },
  };
}
