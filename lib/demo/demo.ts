import { join } from 'node:path';
import { neededLines } from '../cli/text/needed.ts';
import { printable } from '../cli/text/printable.ts';
import { wrapWords } from '../cli/text/table.ts';
import { EXIT, messageOf } from '../errors.ts';
import type { HistoryEntry } from '../model/history.ts';
import { controlClient } from '../operator/client/client.ts';
import type { StatusView } from '../operator/views/status-view.ts';
import { counted, percentDone } from '../text/numbers.ts';
import { milliseconds } from '../text/times.ts';
import { createDemoBase, type DemoBase } from './base.ts';
import { DemoDaemon, type StartDaemon } from './daemon.ts';
import { type ReleaseFaults, writeRelease } from './release.ts';
import { untilDecided, untilServing, type Watch } from './steps.ts';
import { startUsers, type UserCounts, type Users } from './users.ts';

const IDENTIFIER = 'shop';
const RATE_PER_SECOND = 60;
const MAX_IN_FLIGHT = 64;
const RESPONSE_TIMEOUT_MS = 10_000;
const COLUMNS = 80;
/** As wide as the time before a line. */
const INDENT = ' '.repeat(6);

/** About 40 s are usual; a host at full load takes two or three times as long. */
export const DEMO_LIMIT_MS = 300_000;
/** Of what a verdict still needs. */
const MAX_NEEDED = 3;

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
  /** Keeps the base folder. */
  readonly keep: boolean;
  /** For everything but the clean-up, ms. */
  readonly limitMs: number;
  readonly now: () => number;
  readonly random: () => number;
}

/**
 * Shows Vili at work on a shop with live users: a good release is promoted, a bad one rejected.
 * Runs the real daemon as a child process with shortened settings and returns an exit code; never
 * throws, and leaves neither processes nor files.
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  const { out, signal } = options;
  const startedMs = options.now();
  let base: DemoBase;
  try {
    base = await createDemoBase(IDENTIFIER, options.random);
  } catch (error) {
    out(`FAILED: cannot make a base folder for the demo: ${messageOf(error)}`);
    return EXIT.internal;
  }
  const leaving = new AbortController();
  const demo: Demo = { options, base, startedMs, leaving, daemon: null, users: null };
  let exitCode: number = EXIT.internal;
  try {
    exitCode = await play(demo);
  } catch (error) {
    exitCode = signal.aborted ? EXIT.interrupted : EXIT.internal;
    out(failureText(demo, error));
  }
  await cleanUp(demo);
  const took = `${secondsOf(demo)} s`;
  out(exitCode === EXIT.ok ? `Done in ${took}.` : `The demo did not succeed (${took}).`);
  return exitCode;
}

// Private

interface Demo {
  readonly options: DemoOptions;
  readonly base: DemoBase;
  readonly startedMs: number;
  /** Ends the users. */
  readonly leaving: AbortController;
  daemon: DemoDaemon | null;
  users: Users | null;
}

async function play(demo: Demo): Promise<number> {
  const { options, base } = demo;
  const { random } = options;
  const drop = (version: string, faults: ReleaseFaults = {}): Promise<string> =>
    writeRelease(base.folder, IDENTIFIER, { version, faults });
  options.out(`A shop in ${base.folder}, its users on port ${base.port}.`);
  await drop('1.0.0');
  demo.daemon = new DemoDaemon(options.startDaemon(base.folder, []));
  const watch = watchOf(demo);
  await untilServing(watch);
  report(demo, 'shop 1.0.0 is running. Look around while the demo goes on:');
  options.out(`${INDENT}vili status --base ${base.folder}   (or why, tree, trace -f)`);
  demo.users = startUsers({
    port: base.port,
    host: '127.0.0.1',
    ratePerSecond: RATE_PER_SECOND,
    maxInFlight: MAX_IN_FLIGHT,
    timeoutMs: RESPONSE_TIMEOUT_MS,
    signal: demo.leaving.signal,
    random,
  });
  report(demo, `Users send ${RATE_PER_SECOND} requests a second.`);

  await drop('1.0.1');
  report(demo, 'Dropped shop 1.0.1, a good release. It is tested on copies of the traffic.');
  const promoted = await untilDecided(watch, '1.0.1', 'promoted');
  report(demo, 'PROMOTED shop 1.0.1: it has taken over the users.');
  reportReasons(demo, promoted);

  await drop('1.1.0', BAD);
  report(demo, 'Dropped shop 1.1.0: some requests fail, a field changes, new errors are logged.');
  const rejected = await untilDecided(watch, '1.1.0', 'rejected');
  report(demo, 'REJECTED shop 1.1.0: no user has seen it.');
  reportReasons(demo, rejected);

  demo.leaving.abort();
  return reportUsers(options.out, await demo.users.done);
}

function reportUsers(out: DemoOptions['out'], counts: UserCounts): number {
  const { sent, failed, p50Ms, p99Ms, lastFailure } = counts;
  const times = `median ${milliseconds(p50Ms)}, p99 ${milliseconds(p99Ms)}`;
  out('');
  out(`Users: ${counted(sent, 'request')}, ${failed} failed, ${times}.`);
  if (failed > 0) out(`The last failure: ${lastFailure ?? 'unknown'}`);
  out('Where to look: README.md (your own service), ARCHITECTURE.md (how it works), vili --help.');
  return failed === 0 ? EXIT.ok : EXIT.internal;
}

function watchOf(demo: Demo): Watch {
  return {
    client: controlClient(join(demo.base.folder, '.vili', 'vili.sock')),
    signal: demo.options.signal,
    now: demo.options.now,
    deadlineMs: demo.startedMs + demo.options.limitMs,
    check: () => demo.daemon?.check(),
    progress: (status) => {
      report(demo, progressText(status, demo.users?.counts() ?? null));
      for (const line of missingLines(status)) demo.options.out(line);
    },
  };
}

function progressText({ phase, verdict }: StatusView, counts: UserCounts | null): string {
  const users = counts === null ? '' : `; users: ${counts.ok} ok, ${counts.failed} failed`;
  if (verdict === null) return `  ${phase}${users}`;
  const { version, decision, pairs, progress } = verdict;
  const known = `${counted(pairs, 'pair')}, ${percentDone(progress)} of the evidence`;
  return `  ${phase} ${version}: ${decision}, ${known}${users}`;
}

function missingLines({ verdict }: StatusView): readonly string[] {
  return neededLines(verdict?.missing.slice(0, MAX_NEEDED) ?? [], COLUMNS, INDENT);
}

function reportReasons({ options }: Demo, { reasons }: HistoryEntry): void {
  for (const reason of reasons) {
    const text = `${INDENT}- ${printable(reason)}`;
    for (const line of wrapWords(text, COLUMNS, `${INDENT}  `)) options.out(line);
  }
}

function report(demo: Demo, text: string): void {
  demo.options.out(`${String(secondsOf(demo)).padStart(3)} s ${text}`);
}

function secondsOf({ options, startedMs }: Demo): number {
  return Math.round((options.now() - startedMs) / 1000);
}

function failureText({ options, daemon }: Demo, error: unknown): string {
  if (options.signal.aborted) return 'Interrupted; stopping and removing everything.';
  const what = messageOf(error);
  const output = daemon?.lastOutput() ?? '';
  const isShown = output === '' || what.includes(output);
  return `FAILED: ${what}${isShown ? '' : `\nThe last output of the daemon:\n${output}`}`;
}

async function cleanUp({ options, base, leaving, users, daemon }: Demo): Promise<void> {
  leaving.abort();
  await users?.done;
  const isKilled = (await daemon?.stop()) === false;
  if (isKilled) options.out('The daemon did not stop by itself and was killed.');
  if (options.keep) options.out(`Kept: ${base.folder}`);
  else {
    await base.remove().catch((error: unknown) => {
      options.out(`Cannot remove ${base.folder}: ${messageOf(error)}`);
    });
  }
}
