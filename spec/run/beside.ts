/**
 * Specs of the whole program that mostly wait, for a start, an event or a command: two of them share the host. No other
 * spec has company: those that judge times, wait for a verdict by speed, put load on the users' path or need both
 * processors would then measure each other.
 */
export const BESIDE: readonly string[] = [
  'daemon/admin-listen',
  'daemon/bad-input',
  'daemon/capture',
  'daemon/debian-package',
  'daemon/declared',
  'daemon/delivery',
  'daemon/drop-in',
  'daemon/examples',
  'daemon/fleet-alone',
  'daemon/init',
  'daemon/jar',
  'daemon/log-format',
  'daemon/logs',
  'daemon/migrate',
  'daemon/never',
  'daemon/node-flags',
  'daemon/notifications',
  'daemon/pause',
  'daemon/preview',
  'daemon/promotion-window',
  'daemon/reload',
  'daemon/restart',
  'daemon/run-bare',
  'daemon/secure-servlets',
  'daemon/services',
  'daemon/shutdown',
  'daemon/silence',
  'daemon/socket-activation',
  'daemon/start',
  'daemon/upgrade',
  'daemon/wait',
  'daemon/ways-to-fail',
  'issues/0014-2-4-rights',
  'issues/0014-3-10-identity-of-a-base',
  'issues/0014-3-12-order-of-starts',
  'issues/0014-3-13-role-file',
  'issues/0014-3-8-place-faults',
  'issues/0014-4-1-versions-by-number',
  'issues/0014-4-2-dropped-files-say-why',
  'issues/0014-4-3-reasons-where-one-looks',
  'issues/0014-4-4-files-and-traces',
  'issues/0014-4-6-package',
  'issues/0015-5-log-on-stdout',
  'issues/0015-content-of-every-kind',
  'issues/0015-endpoints-by-more-than-the-path',
  'issues/0015-probes-say-nothing',
  'issues/0015-servlets-make-no-evidence',
  'issues/0015-systematic-value',
  'issues/0016-2-nasty-processes',
  'page/acts',
  'page/dashboard',
  'page/hostile',
];

/** Files to be run in one process; it ends, and the next ones begin, so that both halves of the host are in use. */
const FILES_AT_ONCE = 6;

export interface Plan {
  /** Each list by a process of its own, two at a time. */
  readonly beside: readonly (readonly string[])[];
  /** After them, by one process that has the host for itself. */
  readonly alone: readonly string[];
}

/** Divides spec files, `daemon/wait` for `spec/daemon/wait.spec.ts`, in the order in which they are given. */
export function planOf(names: readonly string[]): Plan {
  const sharing = new Set(BESIDE);
  const waiting = names.filter((name) => sharing.has(name));
  const count = Math.ceil(waiting.length / FILES_AT_ONCE);
  // Dealt out like cards: neighbours have much in common, and so take equally long.
  const beside = Array.from({ length: count }, (_, at) =>
    waiting.filter((_name, index) => index % count === at),
  );
  return { beside, alone: names.filter((name) => !sharing.has(name)) };
}
