import { join } from 'node:path';
import { printable } from '../cli/text/printable.ts';
import { wrapWords } from '../cli/text/table.ts';
import { messageOf } from '../errors.ts';
import type { HistoryEntry } from '../model/history.ts';
import { controlClient } from '../operator/client/client.ts';
import type { StatusView } from '../operator/views/status-view.ts';
import { percent } from '../text/numbers.ts';
import { milliseconds } from '../text/times.ts';
import { createDemoBase, type DemoBase } from './demo-base.ts';
import { DemoDaemon, type StartDaemon } from './demo-daemon.ts';
import { untilDecided, untilServing, type Watch } from './demo-steps.ts';
import { type Release, type ReleaseFaults, writeRelease } from './release.ts';
import { startUsers, type UserCounts, type Users } from './users.ts';

const IDENTIFIER = 'shop';
const RATE_PER_SECOND = 60;
const REASON_COLUMNS = 80;

/** How long each step may take, ms. */
export interface DemoLimits {
  readonly servingMs: number;
  readonly promotedMs: number;
  readonly rejectedMs: number;
  /** For all steps together, clean-up not counted. */
  readonly totalMs: number;
}

/** The whole demo stays below 90 s. */
export const DEMO_LIMITS: DemoLimits = {
  servingMs: 20_000,
  promotedMs: 40_000,
  rejectedMs: 40_000,
  totalMs: 75_000,
};

const EXIT_OK = 0;
const EXIT_FAILED = 1;
const EXIT_INTERRUPTED = 130;

const BAD: ReleaseFaults = {
  errors: { endpoint: 'GET /orders/{id}', share: 0.2 },
  changedType: { endpoint: 'GET /items/{id}', field: 'price' },
  errorLogs: { share: 0.05, message: 'cannot write the audit record' },
};

export interface DemoOptions {
  readonly startDaemon: StartDaemon;
  /** Prints one line. */
  readonly out: (line: string) => void;
  /** Aborted by ^C: everything is stopped and removed, the exit code is 130. */
  readonly signal: AbortSignal;
  /** Leaves the base folder behind. */
  readonly keep: boolean;
  readonly limits: DemoLimits;
  readonly now: () => number;
  readonly random: () => number;
}

/**
 * Shows Vili at work on a shop with live users: a good release is promoted, a bad one rejected.
 * Runs the real daemon as a child process with shortened settings and returns an exit code; never
 * throws, and leaves neither processes nor files.
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  const { out, signal, limits } = options;
  const startedMs = options.now();
  let base: DemoBase;
  try {
    base = await createDemoBase(IDENTIFIER, options.random);
  } catch (error) {
    out(`FAILED: cannot make a base folder for the demo: ${messageOf(error)}`);
    return EXIT_FAILED;
  }
  const over = AbortSignal.any([signal, AbortSignal.timeout(limits.totalMs)]);
  const leaving = new AbortController();
  const demo: Demo = { options, base, startedMs, leaving, over, daemon: null, users: null };
  let exitCode = EXIT_FAILED;
  try {
    exitCode = await play(demo);
  } catch (error) {
    exitCode = signal.aborted ? EXIT_INTERRUPTED : EXIT_FAILED;
    out(failureText(demo, error));
  }
  await cleanUp(demo);
  const seconds = Math.round((options.now() - startedMs) / 1000);
  out(exitCode === EXIT_OK ? `Done in ${seconds} s.` : `The demo did not succeed (${seconds} s).`);
  return exitCode;
}

// Private

interface Demo {
  readonly options: DemoOptions;
  readonly base: DemoBase;
  readonly startedMs: number;
  /** Ends the users. */
  readonly leaving: AbortController;
  readonly over: AbortSignal;
  daemon: DemoDaemon | null;
  users: Users | null;
}

async function play(demo: Demo): Promise<number> {
  const { options, base } = demo;
  const { out, limits } = options;
  out(`A shop in ${base.folder}, its users on port ${base.port}.`);
  await drop(demo, { version: '1.0.0' });
  demo.daemon = new DemoDaemon(options.startDaemon(base.folder, []));
  const watch = watchOf(demo);
  await untilServing(watch, limits.servingMs);
  say(demo, 'shop 1.0.0 is running.');
  out(`      Look around meanwhile: vili status --base ${base.folder}  (or: why, trace -f, tree)`);
  demo.users = startUsers({
    port: base.port,
    host: '127.0.0.1',
    ratePerSecond: RATE_PER_SECOND,
    maxInFlight: 64,
    timeoutMs: 10_000,
    signal: demo.leaving.signal,
    random: options.random,
  });
  say(demo, `Users come in: ${RATE_PER_SECOND} requests/s.`);

  await drop(demo, { version: '1.0.1' });
  say(demo, 'Dropped shop 1.0.1, a good release. Its test gets a copy of the traffic.');
  const promoted = await untilDecided(watch, '1.0.1', 'promoted', limits.promotedMs);
  say(demo, 'PROMOTED shop 1.0.1: it has taken over the users.');
  sayReasons(demo, promoted);

  await drop(demo, { version: '1.1.0', faults: BAD });
  say(demo, 'Dropped shop 1.1.0: it fails at times, changes a field and logs new errors.');
  const rejected = await untilDecided(watch, '1.1.0', 'rejected', limits.rejectedMs);
  say(demo, 'REJECTED shop 1.1.0: no user has seen it.');
  sayReasons(demo, rejected);
  return finish(demo);
}

async function drop(demo: Demo, release: Release): Promise<void> {
  await writeRelease(demo.base.folder, IDENTIFIER, release);
}

async function finish(demo: Demo): Promise<number> {
  const { out } = demo.options;
  demo.leaving.abort();
  const counts = await demo.users?.done;
  if (counts === undefined) return EXIT_FAILED;
  const { sent, failed, p50Ms, p99Ms } = counts;
  out('');
  out(
    `Users: ${sent} requests, ${failed} failed, median ${milliseconds(p50Ms)}, p99 ${milliseconds(p99Ms)}.`,
  );
  if (failed > 0) out(`The last failure: ${counts.lastFailure ?? 'unknown'}`);
  out('Where to look: README.md (your own service), ARCHITECTURE.md (how it works), vili --help.');
  return failed === 0 ? EXIT_OK : EXIT_FAILED;
}

function watchOf(demo: Demo): Watch {
  return {
    client: controlClient(join(demo.base.folder, '.vili', 'vili.sock')),
    signal: demo.over,
    now: demo.options.now,
    check: () => demo.daemon?.check(),
    progress: (status) => say(demo, progressText(status, demo.users?.counts() ?? null)),
  };
}

function progressText({ phase, verdict }: StatusView, counts: UserCounts | null): string {
  const users = counts === null ? '' : `; users: ${counts.ok} ok, ${counts.failed} failed`;
  if (verdict === null) return `  ${phase}${users}`;
  const { version, decision, pairs, progress } = verdict;
  return `  ${phase} ${version}: ${decision}, ${pairs} pairs, ${percent(progress)}${users}`;
}

function sayReasons(demo: Demo, { reasons }: HistoryEntry): void {
  for (const reason of reasons) {
    const lines = wrapWords(`      - ${printable(reason)}`, REASON_COLUMNS, '        ');
    for (const line of lines) demo.options.out(line);
  }
}

function say(demo: Demo, text: string): void {
  const seconds = Math.round((demo.options.now() - demo.startedMs) / 1000);
  demo.options.out(`${String(seconds).padStart(3)} s ${text}`);
}

function failureText(demo: Demo, error: unknown): string {
  const { signal, limits } = demo.options;
  if (signal.aborted) return 'Interrupted; stopping and removing everything.';
  const late = `it was not done within ${limits.totalMs / 1000} s`;
  const what = demo.over.aborted ? late : messageOf(error);
  const words = demo.daemon?.lastWords() ?? '';
  const shown = words === '' || what.includes(words);
  return `FAILED: ${what}${shown ? '' : `\nThe daemon's last words:\n${words}`}`;
}

async function cleanUp({ options, base, leaving, users, daemon }: Demo): Promise<void> {
  leaving.abort();
  await users?.done;
  const leftByItself = await daemon?.stop();
  if (leftByItself === false) options.out('The daemon did not stop by itself and was killed.');
  if (options.keep) options.out(`Left behind: ${base.folder}`);
  else {
    await base.remove().catch((error: unknown) => {
      options.out(`Cannot remove ${base.folder}: ${messageOf(error)}`);
    });
  }
}
