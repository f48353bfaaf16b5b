import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../lib/errors.ts';
import type { HistoryEntry } from '../../../lib/model/history.ts';
import type { Bar } from '../../bench/proxy/report.ts';
import type { Daemon } from '../../support/daemon.ts';
import { DaemonWorld } from '../../support/daemon-world.ts';
import { accountsAtRest, imbalanceOf } from '../kit/accounts.ts';
import type { Application, Settings } from './application.ts';
import { dropStartScript } from './start-script.ts';

const MINUTE_MS = 60_000;
const POLL_MS = 500;
const MAX_WARNINGS = 30;
/** Shares of the time of a trial: users before the new version, a test at least, a probation, and when a verdict is no longer awaited. */
const BEFORE = 0.05;
const TEST = 0.3;
const PROBATION = 0.1;
const PATIENCE = 0.7;

const PROMOTED = 'promoted';
const HELD = 'held with the cause named, accepted, promoted';
const RIGHT: ReadonlySet<string> = new Set([PROMOTED, HELD]);

/** One release, tested beside another one. */
export interface Trial {
  readonly app: Application;
  /** The same release again, or the next one. */
  readonly isSame: boolean;
  readonly areLogInsCopied: boolean;
  /** Times that are taken say little about a release then. */
  readonly isHostBusy: boolean;
  readonly minutes: number;
  /** Where the application is installed, by its releases. */
  programFolder(release: string): string;
  /** A new folder. */
  readonly folder: string;
  readonly print: (text: string) => void;
}

export function nameOf({ app, isSame, areLogInsCopied }: Trial): string {
  const [from, to] = app.releases;
  const what = isSame ? `${from} again` : `${from} to ${to}`;
  return `${app.name} ${what}, log-ins ${areLogInsCopied ? 'copied' : 'not copied'}`;
}

/** Runs both releases behind Vili under users, until the new one is promoted and its probation is over. */
export async function runTrial(trial: Trial): Promise<readonly Bar[]> {
  const { app, folder, print } = trial;
  const totalMs = trial.minutes * MINUTE_MS;
  const [from, to] = app.releases;
  const dataFolder = join(folder, 'data');
  await app.writeData(dataFolder);
  const world = await DaemonWorld.create(settingsOf(trial), folder);
  const drop = (version: string, release: string): Promise<string> => {
    const lines = app.script({ programFolder: trial.programFolder(release), dataFolder });
    return dropStartScript(world.base, { identifier: app.identifier, version, lines });
  };
  try {
    const daemon = world.start();
    await daemon.serving(await drop(from, from), MINUTE_MS);
    const users = await app.begin(world.port, folder);
    let how = '';
    let next = '';
    try {
      await sleep(totalMs * BEFORE);
      next = await (trial.isSame ? drop(`${from}.1`, from) : drop(to, to));
      await daemon.testing(next, MINUTE_MS);
      how = await promoted(daemon, next, trial);
      await daemon.until('the probation is over', ({ phase }) => phase === 'steady', totalMs);
      if (!RIGHT.has(how)) print(await warnings(world.base));
      for (const words of [['status'], ['history'], ['why', next]]) {
        print(`vili ${words.join(' ')}\n${(await world.vili(...words)).stdout}`);
      }
    } finally {
      await users.stop();
    }
    const { running } = await daemon.client.status();
    const { done, failures } = users.counts();
    for (const failure of failures) print(`failed: ${failure}`);
    print(`users: ${JSON.stringify(done)}`);
    return barsOf(trial, {
      how,
      isRunning: running?.version === next,
      failures: failures.length,
      imbalance: imbalanceOf(await accountsAtRest(daemon)),
    });
  } finally {
    await world.end();
  }
}

// Private

/** What an operator with some requests a second would set; null keeps the default. */
function settingsOf({ app, areLogInsCopied, isHostBusy, minutes }: Trial): Settings {
  return {
    identifier: app.identifier,
    arrival_stable: null,
    arrival_poll: null,
    readiness_timeout: null,
    readiness_interval: null,
    drain_timeout: null,
    stop_timeout: null,
    restart_backoff_min: null,
    restart_backoff_max: null,
    restart_reset_after: null,
    mirror_busy_limit: null,
    verdict_min_requests: null,
    verdict_warmup_requests: '50',
    verdict_warmup_time: null,
    verdict_confirm_time: null,
    verdict_log_window: null,
    verdict_min_time: `${Math.round(minutes * TEST * 60)}s`,
    verdict_margin: '2%',
    probation: `${Math.round(minutes * PROBATION * 60)}s`,
    log_dir: 'logs_vili',
    ...app.settings,
    ...(isHostBusy ? { verdict_speed: 'report', mirror_busy_limit: '100%' } : {}),
    ...(areLogInsCopied ? { mirror_rules: app.copied } : {}),
  };
}

/**
 * Resolves when the version is promoted: by its verdict; after its state of its own was accepted; or by hand, if that
 * takes too long. Says which.
 */
async function promoted(daemon: Daemon, next: string, trial: Trial): Promise<string> {
  const { minutes, print } = trial;
  const untilMs = performance.now() + minutes * MINUTE_MS * PATIENCE;
  let accepted: string | null = null;
  for (;;) {
    const { testing, verdict } = await daemon.client.status();
    if (testing === null) break;
    if (performance.now() > untilMs) {
      const reasons = verdict?.reasons.map(({ text }) => text) ?? [];
      print(`no verdict: ${[...reasons, ...(verdict?.missing ?? [])].join('; ')}`);
      const wish = { version: next, by: 'soak', reason: 'waited long enough' };
      // The verdict may have come meanwhile: the history says whose word it was.
      await daemon.client.promote(wish).catch((error: unknown) => print(messageOf(error)));
      break;
    }
    const held = (verdict?.reasons ?? []).find(({ accept }) => accept === 'own-state');
    const isDue = (verdict?.elapsedMs ?? 0) >= minutes * MINUTE_MS * TEST;
    if (held !== undefined && isDue && accepted === null) {
      print(`held: ${held.text}`);
      accepted = held.text;
      await daemon.client.accept({ version: next, path: 'own-state', by: 'soak' });
    }
    await sleep(POLL_MS);
  }
  const { event, by, reasons } = await ended(daemon, next);
  print(`${event} by ${by}: ${reasons.join(' ')}`);
  if (event === 'rejected') return 'rejected';
  if (by === 'soak') return 'promoted by hand';
  if (accepted === null) return PROMOTED;
  // Where all that can be copied is, what was written before the test is left, and only an operator knows of it.
  const isNamed = accepted.includes('mirror.rules="') || trial.areLogInsCopied;
  return isNamed ? HELD : 'held with no rule named, accepted, promoted';
}

/** What Vili logged, without what is usual. */
async function warnings(base: string): Promise<string> {
  const text = await readFile(join(base, 'logs_vili/json/vili.log'), 'utf8');
  const lines = text.split('\n').filter((line) => !/"level":"(?:INFO|NOTICE)"/.test(line));
  return lines.slice(-MAX_WARNINGS).join('\n');
}

/** What the history says of the end of its test. */
async function ended(daemon: Daemon, next: string): Promise<HistoryEntry> {
  let found: HistoryEntry | undefined;
  await daemon.until(
    `${next} is promoted or rejected`,
    async () => {
      const history = await daemon.client.history();
      found = history.findLast(
        ({ event, version }) => version === next && (event === 'promoted' || event === 'rejected'),
      );
      return found !== undefined;
    },
    MINUTE_MS,
  );
  if (found === undefined) throw new Error(`${next} has no end`);
  return found;
}

interface Outcome {
  readonly how: string;
  readonly isRunning: boolean;
  readonly failures: number;
  readonly imbalance: number;
}

function barsOf(trial: Trial, outcome: Outcome): readonly Bar[] {
  const name = nameOf(trial);
  const { how, isRunning, failures, imbalance } = outcome;
  const isRight = isRunning && RIGHT.has(how);
  return [
    { text: `${name}: ${how}`, value: Number(isRight), least: 1 },
    { text: `${name}: visits that failed`, value: failures, most: trial.app.endedBySwitch },
    {
      text: `${name}: received - (mirrored + skipped + dropped + failed)`,
      value: Math.abs(imbalance),
      most: 0,
    },
  ];
}
