import { buildToLeave } from './leaving.ts';
import {
  type Build,
  type HostRecord,
  isStray,
  placeOf,
  type Rollout,
  runs,
  tests,
} from './records.ts';

/** What a host is to do with the version that it tests, or that it runs. */
export type Order =
  | { readonly act: 'promote' | 'reject'; readonly reasons: readonly string[] }
  /** Users leave this build. */
  | { readonly act: 'roll-back'; readonly build: Build; readonly reasons: readonly string[] }
  /** `text` says what for. */
  | { readonly act: 'wait'; readonly text: string }
  /** It has another content under the name of the build: it stays out. */
  | { readonly act: 'stray'; readonly text: string }
  | { readonly act: 'none' };

export interface OrderContext {
  /** Of the leader that this host knows of; null: nobody leads. */
  readonly leader: number | null;
  /** Since when the fleet is paused by an operator, in words; null: it is not. */
  readonly held: string | null;
  readonly waveCount: number;
}

/**
 * What the rollout means for this host. Nothing that an earlier leader than the present one wrote is obeyed: the present
 * one writes it anew as its own at its first step. Only tokens of the same engine are compared, since both are there:
 * in one that was replaced, or brought back from a backup, they begin low again.
 */
export function orderFor(rollout: Rollout | null, host: HostRecord, context: OrderContext): Order {
  if (rollout === null) return waitingFor(host, 'the leader begins its rollout');
  const { candidate, phase, reasons } = rollout;
  if (context.leader !== null && rollout.token < context.leader) {
    return waitingFor(host, `a newer leader than that of token ${rollout.token} decides`);
  }
  const left = buildToLeave(rollout, host);
  if (left !== null) {
    const text = `the rollout of ${left.version} was stopped while ${host.host} was away`;
    return { act: 'roll-back', build: left, reasons: [text] };
  }
  const wasTold = placeOf(rollout, host.host) !== null;
  if (isStray(host, candidate)) return { act: 'stray', text: strayText(host, rollout) };
  if (phase === 'stopped' && runs(host, candidate) && wasTold && rollout.takesBack) {
    return { act: 'roll-back', build: candidate, reasons };
  }
  if (!tests(host, candidate))
    return waitingFor(host, `the rollout of ${candidate.version} comes first`);
  if (phase === 'rejected' || phase === 'stopped') return { act: 'reject', reasons };
  if (wasTold && context.held === null && rollout.heldBy === null)
    return { act: 'promote', reasons };
  return { act: 'wait', text: waitText(rollout, context) };
}

/** What a host does while something has to happen first: nothing, if it tests nothing. */
export function waitingFor({ testing }: HostRecord, text: string): Order {
  return testing === null ? { act: 'none' } : { act: 'wait', text: `${testing.version}: ${text}` };
}

// Private

function waitText({ phase, heldBy, wave }: Rollout, { held, waveCount }: OrderContext): string {
  if (held !== null) return held;
  if (heldBy !== null) return `held since ${heldBy} rejected it: vili fleet resume, or reject`;
  if (phase === 'collecting') return 'the evidence of all hosts is collected';
  const open = Math.min(wave + 1, waveCount);
  return `it waits for its wave (${open} of ${waveCount} is open)`;
}

function strayText({ host }: HostRecord, { candidate }: Rollout): string {
  return `${host} has another file under the name ${candidate.version} than the fleet, whose SHA-256 begins with ${candidate.sha256.slice(0, 12)}: it stays out`;
}
