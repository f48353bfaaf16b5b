import { createEndpoints } from '../compare/endpoint/endpoints.ts';
import type { DeclaredDifference } from '../model/traffic-rules.ts';
import type { Exchange, ExchangeSink, Target, TrafficObservation } from '../model/exchange.ts';
import { steadyNow } from '../runtime/clock.ts';
import type { MirrorHooks } from './events.ts';
import { Accounts, type MirrorCounts } from './host/accounts.ts';
import { BufferPool } from './host/buffer-pool.ts';
import { MirrorSession, type SessionParts } from './host/session.ts';
import type { MirrorSettings } from './settings.ts';
import { UsualPace } from './load/harm/pace.ts';
import { StateMemory } from './state/memory.ts';
import { noteOf, type StateNote } from './state/note.ts';
import type { DropReason, Fault } from './wire/protocol.ts';

export interface MirroredTest {
  readonly id: string;
  readonly testing: Target;
  readonly running: Target;
  readonly isReversed?: boolean;
  /** Differences that count for neither version. */
  readonly declared?: readonly DeclaredDifference[];
}

/** The testing side of a test, kept off the users' path in a thread of its own. */
export interface Mirror {
  /** For the proxy: cheap, never blocks, never throws. */
  readonly sink: ExchangeSink;
  /** Mirrors to this servlet with fresh templates and noise. A test before it ends. */
  begin(test: MirroredTest): void;
  /**
   * The servlet restarted on another port: evidence goes on. `testing` null: it is down for now, which speaks against it by
   * itself; copies are dropped, `unsendable`.
   */
  retarget(change: { testing?: Target | null; running?: Target }): void;
  /** Why a copy would be dropped now, or null. */
  dropReason(): DropReason | null;
  /** Counts copies that were dropped before they came here. */
  drop(reason: DropReason, count: number): void;
  /** Restores what the test of that id had learned of noise before Vili restarted. */
  restoreNoise(id: string, noise: string): void;
  /** A proxy process noted what running did for a client. */
  noted(note: StateNote): void;
  /** Users' requests go to this servlet from now on; null: to none. */
  routed(running: Target | null): void;
  /** What running did for users; outside of a test it is learned what is usual. */
  observed(batch: readonly TrafficObservation[]): void;
  /** Whether proxy processes have no time left: there are no baseline requests then. */
  setBusy(isBusy: boolean): void;
  /** Whether it is still to be shown that testing is as fast as running: more is asked again then. */
  setSpeedMissing(isMissing: boolean): void;
  /** Stops mirroring; open copies are counted as dropped, `ended`. */
  end(): Promise<void>;
  /** Offered = mirrored + dropped + failed + inFlight, always. */
  counts(): MirrorCounts;
  /** Breaks the worker on purpose; does nothing without a test. */
  injectFault(fault: Fault): void;
  close(): Promise<void>;
}

/** Starts nothing: a worker thread lives only as long as a test. */
export function createMirror(settings: MirrorSettings, hooks: MirrorHooks): Mirror {
  const accounts = new Accounts();
  let isBusyElsewhere = false;
  const parts: SessionParts = {
    settings,
    accounts,
    memory: new StateMemory(),
    pace: new UsualPace(),
    pool: new BufferPool(settings.batchBytes),
    hooks: {
      now: steadyNow,
      endpoints: createEndpoints(settings.compare),
      onSpans: () => {},
      ...hooks,
      isBusyElsewhere: () => isBusyElsewhere,
    },
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
  let served = '';
  const noted = (seen: StateNote): void => {
    const endpoint = parts.hooks.endpoints.endpointOf(seen.method, seen.path);
    const note = { ...seen, endpoint };
    parts.memory.add(note);
    if (!note.isCopied || note.handedOut.length > 0) session?.note(note);
  };
  const idleReason = (): DropReason => (isClosed ? 'closed' : 'no-test');

  return {
    sink: createSink(accounts, () => session, idleReason, noted),
    noted,
    routed(running) {
      const name = running === null ? '' : `${running.instance} ${running.host}:${running.port}`;
      if (name === served) return;
      served = name;
      parts.memory.clear();
      session?.forgetState();
    },
    observed(batch) {
      for (const { endpointMethod, path, operation, atMs, ms, status, failure } of batch) {
        const endpoint = parts.hooks.endpoints.endpointOf(endpointMethod, path, operation);
        const failed = failure !== null || status >= 500;
        if (session !== null) session.observed({ endpoint, atMs, ms, failed });
        else if (!failed) parts.pace.learn(endpoint, ms);
      }
    },
    dropReason: () => (session === null ? idleReason() : session.dropReason()),
    drop: (reason, count) => (session ?? accounts).drop(reason, count),
    setBusy(isBusy) {
      isBusyElsewhere = isBusy;
    },
    setSpeedMissing: (isMissing) => session?.setSpeedMissing(isMissing),
    begin({ id, testing, running, isReversed = false, declared = [] }) {
      endSession();
      if (isClosed) return;
      const ofTest = { ...parts, settings: ignoring(hooks.settings?.() ?? settings, declared) };
      session = new MirrorSession(id, { testing, running, isReversed }, ofTest);
    },
    retarget: (change) => session?.retarget(change),
    restoreNoise: (id, noise) => {
      if (session?.id === id) session.restoreNoise(noise);
    },
    end,
    counts: () => accounts.counts(),
    injectFault: (fault) => session?.injectFault(fault),
    async close() {
      isClosed = true;
      await end();
    },
  };
}

// Private

/** What one release is meant to have is ignored as what the settings name. */
function ignoring(
  settings: MirrorSettings,
  declared: readonly DeclaredDifference[],
): MirrorSettings {
  if (declared.length === 0) return settings;
  const { compare } = settings;
  const own = declared.map(({ endpoint, path }) => ({ endpoint, path, action: 'ignore' }) as const);
  return { ...settings, compare: { ...compare, rules: [...compare.rules, ...own] } };
}

function createSink(
  accounts: Accounts,
  current: () => MirrorSession | null,
  idleReason: () => DropReason,
  noted: (note: StateNote) => void,
): ExchangeSink {
  /** Why `full` was true: by the time of `shed` the reason may be gone. */
  let lastReason: DropReason = 'queue-full';

  return {
    full() {
      const session = current();
      const reason =
        session === null ? idleReason() : (session.dropReason() ?? session.admission());
      if (reason !== null) lastReason = reason;
      return reason !== null;
    },
    submit(exchange: Exchange) {
      const session = current();
      if (session === null) accounts.drop(idleReason());
      else session.submit(exchange);
    },
    note(response) {
      const note = noteOf(response);
      if (note !== null) noted(note);
    },
    shed(noRoom) {
      const session = current();
      if (session === null) accounts.drop(idleReason());
      else if (noRoom !== undefined) session.drop(noRoom);
      else {
        const isForUsers = lastReason === 'busy' || lastReason === 'hurting';
        session.drop(isForUsers ? lastReason : (session.dropReason() ?? lastReason));
      }
    },
  };
}
