import { Option } from 'commander';
import { EXIT, ViliError } from '../../errors.ts';
import type { HistoryEntry } from '../../model/history.ts';
import type { StatusView, VerdictView } from '../../operator/views/status-view.ts';
import { versionNamed, versionsIn } from '../../operator/views/version-named.ts';
import { percentDone } from '../../text/numbers.ts';
import { shortDuration } from '../../text/times.ts';
import { type CommandContext, type Declare, LOOKING } from '../command.ts';
import { durationOf } from '../flags.ts';
import {
  GOALS,
  type Goal,
  inconclusive,
  type Outcome,
  outcomeOf,
  versionOnItsWay,
} from '../live/goal.ts';
import { watch } from '../live/watch.ts';
import { eventLines } from '../text/history.ts';
import { printable } from '../text/printable.ts';
import { wrapWords } from '../text/table.ts';

const DEFAULT_TIMEOUT_MS = 30 * 60_000;
/** Newest entries of the history in which the fate of a version is looked for. */
const HISTORY_READ = 1000;

interface WaitFlags {
  readonly for: Goal;
  readonly version?: string;
  readonly timeout?: number;
}

/** What is known while nothing is decided. */
interface Progress {
  version: string | null;
  status: StatusView | null;
  /** Anything is known of the version. */
  hasArrived: boolean;
}

export const wait: Declare = (program, run) =>
  program
    .command('wait')
    .helpGroup(LOOKING)
    .description('wait until a version is decided or ready, for scripts')
    .addOption(new Option('--for <goal>', 'what for').choices(GOALS).default('promoted'))
    .option('--version <version>', 'which one (default: under test, else the next to arrive)')
    .option('--timeout <duration>', 'such as 90s or 2h (default: 30m)', durationOf)
    .addHelpText(
      'after',
      '\nExits with 0 when it is so, 3 when the version is rejected or taken back,\n' +
        '4 when time is up or there is not enough evidence, 5 when the daemon is gone,\n' +
        '6 when the file is declined.\n\n' +
        'Example: vili wait --for promoted --version 1.5.0 --timeout 30m',
    )
    .action(run(waitFor));

// Private

async function waitFor(context: CommandContext, flags: WaitFlags): Promise<number> {
  const { version, timeout = DEFAULT_TIMEOUT_MS } = flags;
  const { for: goal } = flags;
  const { io, printer } = context;
  const beganMs = performance.now();
  const progress: Progress = { version: null, status: null, hasArrived: false };
  const timeUp = AbortSignal.timeout(timeout);
  const outcome = await watch(
    context,
    () => look(context, goal, version, progress),
    (event) => {
      if ('id' in event && (progress.version === null || event.version === progress.version)) {
        for (const line of eventLines(event, context.text)) printer.talk(line);
      }
    },
    AbortSignal.any([io.signal, timeUp]),
  );
  if (io.signal.aborted) return EXIT.interrupted;
  const waitedMs = Math.round(performance.now() - beganMs);
  if (outcome === null && progress.status === null) {
    const text = `no daemon was reached in ${shortDuration(timeout)}`;
    throw new ViliError('VILI_DAEMON_UNREACHABLE', text, { exitCode: EXIT.unreachable });
  }
  if (outcome === null) {
    const text = `timed out after ${shortDuration(timeout)}: ${notYet(progress)}`;
    const end = { outcome: 'timed-out', exitCode: EXIT.timedOut, text, reasons: [] } as const;
    return report(context, goal, progress, end, waitedMs);
  }
  return report(context, goal, progress, outcome, waitedMs);
}

async function look(
  { client }: CommandContext,
  goal: Goal,
  given: string | undefined,
  progress: Progress,
): Promise<Outcome | null> {
  const [status, history] = await Promise.all([
    client.status(),
    client.history({ limit: HISTORY_READ }),
  ]);
  progress.status = status;
  progress.version ??= wanted(goal, given, status, history);
  const { version } = progress;
  if (version === null) return null;
  progress.hasArrived = history.some((entry) => entry.version === version);
  const outcome = outcomeOf(goal, version, status, history);
  if (outcome?.outcome !== 'rejected') return outcome;
  const left = await client.report({ version }).catch(() => null);
  return left?.verdict === 'inconclusive' ? inconclusive(outcome) : outcome;
}

function wanted(
  goal: Goal,
  given: string | undefined,
  status: StatusView,
  history: readonly HistoryEntry[],
): string | null {
  if (given !== undefined) {
    const known = [...history.map(({ version }) => version), ...versionsIn(status)];
    return versionNamed(status.vili.identifier, given, known);
  }
  if (goal === 'ready') return status.running?.version ?? null;
  return versionOnItsWay(status, history);
}

function report(
  { json, printer, text: options }: CommandContext,
  goal: Goal,
  { version }: Progress,
  end: Omit<Outcome, 'outcome'> & { readonly outcome: string },
  waitedMs: number,
): number {
  const { outcome, exitCode, text, reasons } = end;
  const view = {
    schema: 'vili.wait/1',
    for: goal,
    version,
    outcome,
    exitCode,
    text,
    reasons,
    waitedMs,
  };
  if (json) printer.json(view);
  else {
    const lines = [text, ...reasons.map((reason) => `  ${reason}`)];
    printer.data(lines.flatMap((line) => wrapWords(printable(line), options.columns, '    ')));
  }
  return exitCode;
}

/** What it still waits for, as part of a sentence. */
function notYet({ version, status, hasArrived }: Progress): string {
  if (version === null) return 'no version arrived';
  if (status?.waits?.version === version) return status.waits.text;
  const verdict = status?.verdict?.version === version ? status.verdict : null;
  if (verdict !== null) return `${version} has ${evidenceText(verdict)}`;
  const servlet = [status?.running, status?.testing].find((it) => it?.version === version);
  if (servlet) {
    const { state, problem } = servlet;
    return `${version} is ${state}${problem === null ? '' : ` (${problem})`}`;
  }
  return `${version} ${hasArrived ? 'is not under test' : 'did not arrive'}`;
}

function evidenceText({ progress, missing, reasons }: VerdictView): string {
  const needed = missing.length === 0 ? '' : `; still needed: ${missing.join(', ')}`;
  const holding = reasons.map(({ text }) => text).join(' ');
  return `${percentDone(progress)} of the evidence${needed}${holding === '' ? '' : `; held back: ${holding}`}`;
}
