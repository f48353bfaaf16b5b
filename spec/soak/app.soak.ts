import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { printBars } from '../bench/proxy/report.ts';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld } from '../support/daemon-world.ts';
import { withTempFolder } from '../support/temp-folder.ts';
import { NpmClient } from './app/npm-client.ts';
import { dropVerdaccio, IDENTIFIER, installVerdaccio, writeData } from './app/verdaccio.ts';
import { accountsAtRest, imbalanceOf } from './kit/accounts.ts';

/**
 * A real npm registry (verdaccio) behind Vili, used by the npm command, while its next release is
 * tested and promoted: `npm run soak:app -- [--minutes 10] [--from 6.5.1] [--to 6.5.2]`. Needs the npm
 * registry.
 */
const MINUTE_MS = 60_000;
/** Shortest interval between rounds of npm commands: npm itself is what costs processor time here. */
const PACE_MS = 6000;
/** Packages that the application installed in each round depends on. */
const PARTS = 8;
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    from: { type: 'string', default: '6.5.1' },
    to: { type: 'string', default: '6.5.2' },
    show: { type: 'boolean', default: false },
  },
});
/** Share of the time after which the verdict is no longer awaited. */
const PATIENCE = 0.7;
const totalMs = Number(values.minutes) * MINUTE_MS;
/** What an operator with two requests a second would set; null keeps the default. */
const SETTINGS: Readonly<Record<string, string | null>> = {
  identifier: IDENTIFIER,
  readiness_path: '/-/ping',
  health_paths: '/-/ping',
  routes: '/-/v1/search, /-/whoami, /{package}, /{package}/-/{file}',
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
  // Within ten minutes: a test of three minutes, and a probation that ends.
  verdict_min_time: '3m',
  verdict_margin: '2%',
  probation: '1m',
  log_dir: 'logs_vili',
};

await withTempFolder(async (folder) => {
  const program = (version: string): string => join(folder, `verdaccio-${version}`);
  const dataFolder = join(folder, 'data');
  for (const version of [values.from, values.to]) {
    print(`installing verdaccio ${version}`);
    await installVerdaccio(program(version), version);
  }
  await writeData(dataFolder);
  const world = await DaemonWorld.create(SETTINGS);
  const drop = (version: string): Promise<string> =>
    dropVerdaccio(world.base, { version, programFolder: program(version), dataFolder });
  try {
    const daemon = world.start();
    await daemon.serving(await drop(values.from), MINUTE_MS);
    const client = new NpmClient(join(folder, 'npm'), world.port, PARTS);
    await client.begin();
    const endMs = performance.now() + totalMs;
    const work = (async () => {
      while (performance.now() < endMs) await Promise.all([client.work(), sleep(PACE_MS)]);
    })();
    await sleep(totalMs * 0.05);
    const next = await drop(values.to);
    print(`dropped ${next}`);
    await daemon.testing(next, MINUTE_MS);
    const show = setInterval(() => {
      if (values.show) void world.vili('status').then(({ stdout }) => print(stdout));
    }, MINUTE_MS);
    await Promise.all([work, promoted(daemon, next)]).finally(() => clearInterval(show));
    for (const words of [['status'], ['history'], ['why', next]]) {
      print(`vili ${words.join(' ')}\n${(await world.vili(...words)).stdout}`);
    }
    const { running } = await daemon.client.status();
    const { commands, failures } = client.counts();
    for (const failure of failures) print(`failed: ${failure}`);
    print(`npm commands: ${JSON.stringify(commands)}`);
    const bars = [
      { text: 'npm commands that failed', value: failures.length, most: 0 },
      { text: `${next} runs`, value: Number(running?.version === next), least: 1 },
      {
        text: 'received - (mirrored + skipped + dropped + failed)',
        value: imbalanceOf(await accountsAtRest(daemon)),
        most: 0,
      },
    ];
    if (!printBars(bars)) process.exitCode = 1;
  } finally {
    await world.end();
  }
});

// Private

/** Resolves when the version is promoted, by its verdict or, if that takes too long, by hand. */
async function promoted(daemon: Daemon, next: string): Promise<void> {
  const untilMs = totalMs * PATIENCE;
  try {
    await daemon.until('a verdict', ({ testing }) => testing === null, untilMs);
  } catch {
    print(`no verdict in ${Math.round(untilMs / 1000)} s, promoted by hand`);
    await daemon.client.promote({ version: next, by: 'soak', reason: 'waited long enough' });
  }
  const { by, reasons } = await daemon.recorded('promoted', next, MINUTE_MS);
  print(`promoted by ${by}: ${reasons.join(' ')}`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
