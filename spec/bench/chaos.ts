import { watch } from 'node:fs';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readZip } from '../../lib/archive/zip/reader.ts';
import type { HistoryEntry } from '../../lib/model/history.ts';
import type { StatusView } from '../../lib/operator/views/status-view.ts';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld } from '../support/daemon-world.ts';

/*
 * Kills the real daemon again and again while a version is promoted under load, starts it again and
 * checks what is left: `node dist/spec/bench/chaos.js [kills] [requests per second] [port]`.
 */
const [KILLS = 100, RATE = 100, PORT = 40_000] = process.argv.slice(2).map(Number);
const PORTS = 60;
/** A kill comes so long after the promotion was asked for: all of it takes about a second. */
const MAX_DELAY_MS = 1600;
const SETTLE_MS = 20_000;
const ENDINGS = ['.vili-aside', '.vili-deleting'];

type Problem = string;

const world = await DaemonWorld.create({
  probation: '1s',
  verdict_mode: 'manual',
  port_range: `${PORT + 1}-${PORT + PORTS}`,
  archive_max_size: '1GiB',
});
const tally = { kills: 0, promoted: 0, kept: 0, answers: 0 };
const problems: Problem[] = [];
const trusted = new Set(['1.0.0']);
const dropped = ['shop-1.0.0'];
try {
  await world.drop('1.0.0');
  let daemon = world.start();
  await daemon.serving('shop-1.0.0');
  for (let round = 1; round <= KILLS; round += 1) daemon = await play(daemon, round);
  await daemon.kill('SIGTERM');
} catch (error) {
  problems.push(`gave up: ${String(error)}`);
} finally {
  await world.end().catch((error: unknown) => problems.push(String(error)));
}
process.stdout.write(`${JSON.stringify({ ...tally, problems }, null, 2)}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

async function play(daemon: Daemon, round: number): Promise<Daemon> {
  const version = `1.0.${round}`;
  const name = `shop-${version}`;
  const users = world.users(RATE);
  await world.drop(version);
  dropped.push(name);
  await daemon.testing(name);
  const before = (await daemon.client.status()).running?.version;
  const act = daemon.client.promote({ version: name, by: 'chaos' }).catch(() => undefined);
  const how = await killSomewhere(daemon, round);
  await act;
  tally.kills += 1;
  await users.stop();
  const next = world.start();
  const again = world.users(RATE);
  const tell = (text: string): void => {
    problems.push(`round ${round} (${how}): ${text}`);
    process.stderr.write(`${problems.at(-1)}\n`);
  };
  const status = await settled(next, tell);
  await again.stop();
  const running = status?.running?.version ?? 'none';
  if (running !== name && running !== before) tell(`${running} runs, it was ${before}`);
  if (running === name) trusted.add(version);
  for (const seen of [...users.versions.keys(), ...again.versions.keys()]) {
    if (seen !== 'none' && !trusted.has(seen)) tell(`users saw ${seen}, ${running} runs`);
  }
  tally.promoted += running === name ? 1 : 0;
  tally.kept += running === before ? 1 : 0;
  tally.answers += users.counts().ok + again.counts().ok;
  if (again.counts().lastFailure !== null && round % 10 === 0)
    process.stderr.write(`${again.counts().failed} failed: ${again.counts().lastFailure}\n`);
  if (status !== null) for (const problem of await audit(next, status)) tell(problem);
  process.stderr.write(`${round} ${how}: ${running}\n`);
  // A version that is still under test makes room for the next one by itself.
  return next;
}

/** At a random moment, or right after the n-th change of a folder or file. */
async function killSomewhere(daemon: Daemon, round: number): Promise<string> {
  if (round % 2 === 0) {
    const delayMs = Math.random() ** 1.5 * MAX_DELAY_MS * 2;
    await sleep(delayMs);
    await daemon.kill();
    return `after ${Math.round(delayMs)} ms`;
  }
  const folder = round % 4 === 1 ? join(world.base, '.vili') : world.base;
  const wanted = 1 + Math.floor(Math.random() * 24);
  const names: string[] = [];
  const watching = watch(folder, (event, file) => {
    if (file === null || /sock|trace|lock/.test(file)) return;
    names.push(`${event} ${file}`);
    if (names.length === wanted) void daemon.kill();
  });
  await Promise.race([daemon.ended, sleep(3500)]);
  watching.close();
  await daemon.kill();
  return `at change ${wanted} (${names.at(wanted - 1) ?? 'none'})`;
}

async function settled(daemon: Daemon, tell: (text: string) => void): Promise<StatusView | null> {
  try {
    return await daemon.until(
      'all is at rest',
      ({ phase, running, testing, previous }) =>
        running?.state === 'ready' &&
        previous === null &&
        (phase === 'steady' || (phase === 'testing' && testing?.state === 'ready')),
      SETTLE_MS,
    );
  } catch (error) {
    tell(String(error).slice(0, 3000));
    return null;
  }
}

async function audit(daemon: Daemon, first: StatusView): Promise<Problem[]> {
  let found: Problem[] = [];
  // Archiving goes on in the background.
  for (let tries = 0; tries < 40; tries += 1) {
    found = [
      ...(await auditLinks(await daemon.client.status())),
      ...(await auditProcesses(first)),
      ...(await auditFiles(first)),
      ...auditHistory(await daemon.client.history({ limit: 10_000 }), first),
    ];
    if (found.length === 0) return found;
    await sleep(100);
  }
  return found;
}

async function auditLinks({ running, testing }: StatusView): Promise<Problem[]> {
  const links = await world.links();
  const wanted: Record<string, string> = {
    'shop-running': `${running?.version}`,
    'logs_shop-running': `${running?.version}/${running?.instance}/logs`,
    ...(testing === null
      ? {}
      : {
          'shop-test': testing.version,
          'logs_shop-test': `${testing.version}/${testing.instance}/logs`,
        }),
  };
  const wrong = Object.entries(wanted).filter(([name, target]) => links[name] !== target);
  const extra = Object.keys(links).filter((name) => wanted[name] === undefined);
  const dead: string[] = [];
  for (const name of Object.keys(links))
    await realpath(join(world.base, name)).catch(() => dead.push(name));
  return [
    ...wrong.map(([name, target]) => `${name} -> ${links[name]}, not ${target}`),
    ...extra.map((name) => `${name} -> ${links[name]} is left`),
    ...dead.map((name) => `${name} leads nowhere`),
  ];
}

async function auditProcesses({ running, testing }: StatusView): Promise<Problem[]> {
  const pids = [running?.pid, testing?.pid];
  const strays = (await world.processes()).filter(({ identity }) => !pids.includes(identity.pid));
  return strays.map(({ identity, stat }) => `stray process ${identity.pid} ${stat.command}`);
}

async function auditFiles({ running, testing }: StatusView): Promise<Problem[]> {
  const found: Problem[] = [];
  const all = await readdir(world.base, { recursive: true }).catch(() => null);
  if (all === null) return ['a folder went away while the base was read'];
  const half = all.filter((path) => ENDINGS.some((ending) => path.endsWith(ending)));
  found.push(...half.filter((path) => !path.startsWith('.vili/')).map((path) => `half: ${path}`));
  const left = half.filter((path) => path.startsWith('.vili/'));
  if (left.length > 2) found.push(`half: ${left.join(', ')}`);
  for (const name of dropped) {
    const isUsed = name === running?.version || name === testing?.version;
    const hasFolder = all.includes(name);
    const zip = join(world.base, 'archive', `${name}.zip`);
    if (isUsed !== hasFolder) found.push(`${name} ${hasFolder ? 'has a' : 'has no'} folder`);
    if (isUsed) continue;
    const entries: string[] = [];
    await readZip(
      zip,
      new AbortController().signal,
      async (it) => void entries.push(it.name),
    ).catch((error: unknown) => found.push(`${name}.zip: ${String(error)}`));
    if (!entries.includes(`${name}.mjs`)) found.push(`${name}.zip has no server file`);
  }
  JSON.parse(await readFile(join(world.base, '.vili/state.json'), 'utf8'));
  return found;
}

function auditHistory(history: readonly HistoryEntry[], { running }: StatusView): Problem[] {
  const found: Problem[] = [];
  const of = (event: string, name: string): number =>
    history.filter((it) => it.event === event && it.version === name).length;
  for (const name of dropped.slice(1)) {
    if (of('arrived', name) !== 1) found.push(`${name} arrived ${of('arrived', name)} times`);
    if (of('promoted', name) > 1) found.push(`${name} promoted ${of('promoted', name)} times`);
    if (trusted.has(name.slice(5)) && of('promoted', name) === 0)
      found.push(`${name}: no promoted`);
    if (of('archived', name) > 1) found.push(`${name} archived ${of('archived', name)} times`);
  }
  if (running !== null && running.version !== 'shop-1.0.0' && of('promoted', running.version) === 0)
    found.push(`${running.version} runs, never promoted`);
  return found;
}
