import type { HistoryEvent } from '../model/history.ts';
import { type Reason, reasonOf } from '../model/reason.ts';
import type { Release } from '../model/release.ts';
import type { Role } from '../model/role.ts';
import type { Command, Rules } from './events.ts';
import { type Candidate, DECIDED_LIMIT, type Deployment } from './state.ts';

/** A delay that lasts is reported again after this time. */
const DELAY_REPEAT_MS = 10 * 60_000;
/** Delays that are remembered: of more versions than can be waited with at once. */
const DELAYS_MAX = 8;

/** A transition in progress: the state as changed so far, and the commands so far. */
export class Draft {
  state: Deployment;
  readonly commands: Command[] = [];
  readonly rules: Rules;

  constructor(state: Deployment, rules: Rules) {
    this.state = state;
    this.rules = rules;
  }

  set(change: Partial<Deployment>): void {
    this.state = { ...this.state, ...change };
  }

  ask(...commands: readonly Command[]): void {
    this.commands.push(...commands);
  }

  record(
    event: HistoryEvent,
    release: Release | string,
    reasons: readonly Reason[] = [],
    by = 'vili',
  ): void {
    const version = typeof release === 'string' ? release : release.name;
    this.ask({ type: 'record', atMs: this.rules.wallMs, event, version, by, reasons });
  }

  /** Something of this place is missing for the version, which waits for it. */
  delay(release: Release, problem: string): void {
    const text = `${problem}; this is not held against the version, and it is tried again by itself`;
    this.#wait('delayed', release, text);
  }

  /** The test of this version does not begin for now, because of this place. */
  refuse(release: Release, problem: string): void {
    const text = `${problem}, so no new test begins; make room, and this one begins by itself`;
    this.#wait('refused', release, text);
  }

  /** The version got what was missing. */
  endDelay(name: string): void {
    const { delays } = this.state;
    if (delays?.[name] === undefined) return;
    const { [name]: _, ...others } = delays;
    this.set({ delays: others });
  }

  /** Remembers that this very file had its verdict. */
  decide(release: Release): void {
    this.decideFile(release.fingerprint);
  }

  decideFile(fingerprint: string): void {
    const others = this.state.decided.filter((known) => known !== fingerprint);
    this.set({ decided: [...others, fingerprint].slice(-DECIDED_LIMIT) });
  }

  /** Another version took its place: it had no verdict, and may be tested again when it is asked for. */
  supersede(release: Release, text: string): void {
    const others = this.state.superseded?.filter((known) => known !== release.fingerprint) ?? [];
    this.set({ superseded: [...others, release.fingerprint].slice(-DECIDED_LIMIT) });
    this.record('superseded', release, [reasonOf('superseded', text)]);
  }

  /** The version leaves: its servlets stop, then its folder is archived. */
  retire(release: Release): void {
    const others = this.state.archiving.filter((name) => name !== release.name);
    this.set({ archiving: [...others, release.name] });
    this.ask({ type: 'retire', name: release.name });
  }

  /** The version whose report was kept so far makes room. */
  clearRejected(): void {
    const { rejected } = this.state;
    if (rejected === null) return;
    this.set({ rejected: null });
    this.retire(rejected.release);
  }

  stop(release: Release, role: Role): void {
    this.ask({ type: 'stop', name: release.name, role });
  }

  // Private

  /** Reported, but not again at each attempt. */
  #wait(event: 'delayed' | 'refused', release: Release, text: string): void {
    const { delays = {} } = this.state;
    const reportedMs = delays[release.name];
    const { nowMs } = this.rules;
    const isRecent = reportedMs !== undefined && Math.abs(nowMs - reportedMs) < DELAY_REPEAT_MS;
    if (isRecent) return;
    const others = Object.entries(delays).filter(([name]) => name !== release.name);
    const kept = [...others, [release.name, nowMs] as const].slice(-DELAYS_MAX);
    this.set({ delays: Object.fromEntries(kept) });
    this.record(event, release, [reasonOf(event, text)]);
  }
}

/** A candidate that has not crashed, and whose test has not begun. */
export function candidateOf(
  release: Release,
  phase: Candidate['phase'],
  sinceMs: number,
): Candidate {
  return { release, phase, crashes: 0, sinceMs, begun: false };
}
