import type { StatusView } from '../../../lib/operator/views/status-view.ts';
import type { Daemon } from '../../support/daemon.ts';

/** How the proxy accounts for users' requests, without the reasons. */
export interface Accounts {
  readonly received: number;
  readonly mirrored: number;
  readonly skipped: number;
  readonly dropped: number;
  readonly failed: number;
}

/** Waits until nothing is in flight, and where the last connections came from is known, by which their requests are counted. */
export async function accountsAtRest(daemon: Daemon, limitMs = 60_000): Promise<Accounts> {
  const { traffic } = await daemon.until(
    'nothing is in flight and every request is counted',
    ({ traffic: now }) => now.inFlight === 0 && imbalanceOf(accountsOf(now)) === 0,
    limitMs,
  );
  return accountsOf(traffic);
}

/** received - mirrored - skipped - dropped - failed: 0, or something was not counted. */
export function imbalanceOf({ received, mirrored, skipped, dropped, failed }: Accounts): number {
  return received - mirrored - skipped - dropped - failed;
}

export function between(before: Accounts, after: Accounts): Accounts {
  return {
    received: after.received - before.received,
    mirrored: after.mirrored - before.mirrored,
    skipped: after.skipped - before.skipped,
    dropped: after.dropped - before.dropped,
    failed: after.failed - before.failed,
  };
}

/** The accounts of one status. */
export function accountsOf(traffic: StatusView['traffic']): Accounts {
  return {
    received: traffic.received,
    mirrored: traffic.mirrored,
    skipped: sum(traffic.skipped),
    dropped: sum(traffic.dropped),
    failed: sum(traffic.failed),
  };
}

// Private

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}
