import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../../../lib/servlet/process/identity.ts';
import { LIMIT_MS, type Life, POLL_MS } from './life.ts';
import { filesOf } from './files.ts';
import { linksOf } from './links.ts';
import { snapshotOf } from './snapshot.ts';
import type { Struck } from './strike.ts';
import { usersOf } from './served.ts';

/** What may be true of the base after a kill, by what it was before. */
export interface Before {
  /** The version that users had. */
  readonly running: string;
  readonly struck: Struck;
}

/**
 * What is wrong with a base some time after a kill, one sentence each: first whether users are served by the right
 * version, then whether everything that was interrupted is completed or undone.
 */
export async function audit(life: Life, before: Before): Promise<readonly string[]> {
  const { running } = await life.calm();
  const right = rightVersions(life, before.running);
  if (running === null || !right.has(running.version)) {
    return [`${running?.version} runs, not ${[...right].join(' or ')}`];
  }
  // What was begun before a kill, archiving above all, goes on in the background.
  const limit = performance.now() + LIMIT_MS;
  for (;;) {
    const problems = await look(life, before);
    if (problems.length === 0 || performance.now() > limit) return problems;
    await sleep(POLL_MS);
  }
}

// Private

/** What Vili said it would do is done; what it did not confirm is done or not. */
function rightVersions({ asked }: Life, running: string): ReadonlySet<string> {
  let right = new Set([running]);
  for (const { version, isAcknowledged } of asked) {
    right = isAcknowledged ? new Set([version]) : right.add(version);
  }
  return right;
}

async function look(life: Life, { struck }: Before): Promise<string[]> {
  const { world, daemon } = life;
  const status = await daemon.client.status().catch(() => null);
  if (status === null) return ['Vili does not reply'];
  const { state } = snapshotOf(world.base);
  if (state === null) return ['there is no state'];
  const problems: string[] = [];
  for (const { pid } of struck.gone.filter(isAlive)) problems.push(`process ${pid} is left`);
  const own = [status.running, status.testing, status.previous].map((servlet) => servlet?.pid);
  for (const { identity, stat } of await world.processes()) {
    if (!own.includes(identity.pid)) problems.push(`stray ${identity.pid} ${stat.command}`);
  }
  if (state.promotion !== null) problems.push('a promotion is still under way');
  if (state.archiving.length > 0)
    problems.push(`${state.archiving.join()} is still to be archived`);
  if (state.running?.release.name !== status.running?.version)
    problems.push('two running versions');
  problems.push(...(await linksOf(world, status)), ...(await filesOf(life, state)));
  problems.push(...historyOf(life, await daemon.client.history({ limit: 10_000 })));
  problems.push(...(await usersOf(life, status)));
  return problems;
}

function historyOf(
  { arrived, trusted }: Life,
  history: readonly { readonly event: string; readonly version: string }[],
): string[] {
  const count = (event: string, version: string): number =>
    history.filter((it) => it.event === event && it.version === version).length;
  // The first two were there before.
  const arrivals = arrived.slice(2).map((name) => [name, count('arrived', name)] as const);
  const unknown = history.filter((it) => it.event === 'promoted' && !trusted.has(it.version));
  return [
    ...arrivals.flatMap(([name, times]) => (times === 1 ? [] : [`${name} arrived ${times} times`])),
    ...unknown.map(({ version }) => `${version} was promoted, which nobody asked for`),
  ];
}
