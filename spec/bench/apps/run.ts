import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reason } from '../../../lib/model/reason.ts';
import type { VerdictView } from '../../../lib/operator/views/status-view.ts';
import type { Daemon } from '../../support/daemon.ts';
import { type DaemonWorld, withWorld } from '../../support/daemon-world.ts';
import type { App, Settings } from './gallery.ts';
import { startVisitors } from './visitor.ts';

const APPS = new URL('../../../../spec/fixtures/apps/', import.meta.url);
/** Default settings but for the times: all of them a 40th or so. */
const TIMES: Settings = {
  verdict_min_requests: '200',
  verdict_min_time: '8s',
  verdict_warmup_requests: '100',
  verdict_warmup_time: '2s',
  verdict_confirm_time: '2s',
  verdict_log_window: '500ms',
};
const VISITORS = 6;
/** Users before the new version arrives, so that running is known. */
const BEFORE_MS = 2500;
/** From the arrival on. */
const LIMIT_MS = 60_000;
/** What is still held after this time of a test, with its reason told, is held. */
const HELD_MS = 11_000;
const POLL_MS = 200;
/** `To have them judged: mirror.rules="POST /login on"`. */
const RULE = /mirror\.rules="([^"]+)"/;

/** Aborted when no run is to go on: each ends at once, and leaves nothing behind. */
export const leaving = new AbortController();

export interface Result {
  readonly outcome: 'promoted' | 'rejected' | 'held';
  readonly pairs: number;
  readonly tookMs: number;
  /** One line each: code, endpoint, text. */
  readonly reasons: readonly string[];
  readonly missing: readonly string[];
  /** What `vili why` says in the end. */
  readonly why: string;
  /** How the copies fared, and why there may be few pairs. */
  readonly traffic: string;
  /** The rule that is named, as `mirror_rules` takes it. */
  readonly rule: string | null;
}

interface Trial {
  readonly app: App;
  readonly fault: string;
  readonly settings: Settings;
  /** A reason that ends the wait; null: wait for a decision. */
  readonly named: RegExp | null;
}

/** One release of one application under its users, from the arrival to the decision. */
export async function tryRelease({ app, fault, settings, named }: Trial): Promise<Result> {
  const source = await readFile(fileURLToPath(new URL(`${app.name}.cjs`, APPS)), 'utf8');
  let result: Result | null = null;
  const all = { verdict_margin: null, ...TIMES, ...app.settings, ...settings };
  await withWorld(all, async (world) => {
    await world.arrive('shop-1.0.0.cjs', build('1.0.0', 'none', source));
    const daemon = world.start();
    await daemon.serving('shop-1.0.0', LIMIT_MS);
    const visitors = startVisitors(world.port, app.journey, VISITORS);
    try {
      await sleep(BEFORE_MS);
      await world.arrive('shop-1.1.0.cjs', build('1.1.0', fault, source));
      result = await decided(world, daemon, named);
    } finally {
      await visitors.stop();
    }
  });
  if (result === null) throw new Error(`${app.name} ${fault}: nothing came of it`);
  return result;
}

/** The words by which a reason is found. */
export function linesOf(reasons: readonly Reason[]): readonly string[] {
  return reasons.map(({ code, endpoint, text }) => `${code} ${endpoint ?? '-'} ${text}`);
}

// Private

/** The same source with another line on top is another build. */
function build(version: string, fault: string, source: string): string {
  return `const [VERSION, FAULT] = ${JSON.stringify([version, fault])};\n${source}`;
}

async function decided(world: DaemonWorld, daemon: Daemon, named: RegExp | null): Promise<Result> {
  const startMs = performance.now();
  let last: VerdictView | null = null;
  for (;;) {
    const tookMs = performance.now() - startMs;
    const { verdict, traffic } = await daemon.client.status();
    if (verdict?.version === 'shop-1.1.0') last = verdict;
    const history = await daemon.client.history();
    const end = history.find(
      ({ event, version }) =>
        version === 'shop-1.1.0' && (event === 'promoted' || event === 'rejected'),
    );
    const lines = linesOf(last?.reasons ?? []);
    const isTold = named !== null && lines.some((line) => named.test(line));
    const isOver =
      leaving.signal.aborted || tookMs >= LIMIT_MS || (isTold && (last?.elapsedMs ?? 0) >= HELD_MS);
    if (end === undefined && !isOver) {
      await sleep(POLL_MS);
      continue;
    }
    const { stdout: why } = await world.vili('why');
    return {
      outcome: end === undefined ? 'held' : (end.event as 'promoted' | 'rejected'),
      pairs: last?.pairs ?? 0,
      tookMs,
      reasons: end === undefined ? lines : [...end.reasons, ...lines],
      missing: last?.missing ?? [],
      why,
      traffic: JSON.stringify(traffic),
      rule: RULE.exec([...lines, ...(last?.missing ?? [])].join('\n'))?.[1] ?? null,
    };
  }
}
