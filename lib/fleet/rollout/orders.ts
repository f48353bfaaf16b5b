import type { HostRecord, Rollout } from './records.ts';

/** What a host is to do with the version that it tests, or that it runs. */
export type Order =
  | { readonly act: 'promote' | 'reject' | 'roll-back'; readonly reasons: readonly string[] }
  /** `text` says what for. */
  | { readonly act: 'wait'; readonly text: string }
  /** It has another content under the name of the build: it stays out. */
  | { readonly act: 'stray'; readonly text: string }
  | { readonly act: 'none' };

export interface OrderContext {
  /** The greatest token that this host has obeyed. */
  readonly token: number;
  /** Since when the fleet is paused by an operator, in words; null: it is not. */
  readonly held: string | null;
  readonly waveCount: number;
}

/** What the rollout means for this host. Nothing that a deposed leader wrote is obeyed. */
export function orderFor(rollout: Rollout | null, host: HostRecord, context: OrderContext): Order {
  if (rollout === null) return waitingFor(host, 'the leader begins its rollout');
  const { candidate, phase, assigned, reasons } = rollout;
  if (rollout.token < context.token) {
    return waitingFor(host, `a newer leader than that of token ${rollout.token} decides`);
  }
  const isTested = host.testing?.sha256 === candidate.sha256;
  const isRun = host.running?.sha256 === candidate.sha256;
  const wasTold = assigned[host.host] !== undefined;
  if (isStray(host, rollout)) return { act: 'stray', text: strayText(host, rollout) };
  if (phase === 'stopped' && isRun && wasTold && rollout.takesBack) {
    return { act: 'roll-back', reasons };
  }
  if (!isTested) return waitingFor(host, `the rollout of ${candidate.version} comes first`);
  if (phase === 'rejected' || phase === 'stopped') return { act: 'reject', reasons };
  if (wasTold && context.held === null && rollout.heldBy === null)
    return { act: 'promote', reasons };
  return { act: 'wait', text: waitText(rollout, context) };
}

// Private

function waitingFor({ testing }: HostRecord, text: string): Order {
  return testing === null ? { act: 'none' } : { act: 'wait', text: `${testing.version}: ${text}` };
}

function waitText({ phase, heldBy, wave }: Rollout, { held, waveCount }: OrderContext): string {
  if (held !== null) return held;
  if (heldBy !== null) return `held since ${heldBy} rejected it: vili fleet resume, or reject`;
  if (phase === 'collecting') return 'the evidence of all hosts is collected';
  const open = Math.min(wave + 1, waveCount);
  return `it waits for its wave (${open} of ${waveCount} is open)`;
}

function isStray({ testing, running }: HostRecord, { candidate }: Rollout): boolean {
  return [testing, running].some(
    (it) => it?.version === candidate.version && it.sha256 !== candidate.sha256,
  );
}

function strayText({ host }: HostRecord, { candidate }: Rollout): string {
  return `${host} has another file under the name ${candidate.version} than the fleet, whose SHA-256 begins with ${candidate.sha256.slice(0, 12)}: it stays out`;
}
