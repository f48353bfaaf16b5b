import type { HistoryEvent } from '../model/history.ts';
import type { Reason } from '../model/reason.ts';
import type { Release } from '../model/release.ts';
import type { Role } from '../model/role.ts';
import type { Command, Rules } from './events.ts';
import { type Candidate, DECIDED_LIMIT, type Deployment } from './state.ts';

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
    this.ask({ type: 'record', atMs: this.rules.nowMs, event, version, by, reasons });
  }

  /** Remembers that this very file had its verdict. */
  decide(release: Release): void {
    const others = this.state.decided.filter((known) => known !== release.fingerprint);
    this.set({ decided: [...others, release.fingerprint].slice(-DECIDED_LIMIT) });
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
}

/** A candidate that has not crashed, and whose test has not begun. */
export function candidateOf(
  release: Release,
  phase: Candidate['phase'],
  sinceMs: number,
): Candidate {
  return { release, phase, crashes: 0, sinceMs, begun: false };
}
