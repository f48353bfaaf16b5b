import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { StatusView } from '../../../lib/operator/views/status-view.ts';
import type { DaemonWorld } from '../../support/daemon-world.ts';

/** What is wrong with the links of the base: they lead to what the status shows, and nowhere else. */
export async function linksOf(
  world: DaemonWorld,
  { running, testing }: StatusView,
): Promise<readonly string[]> {
  const links = await world.links();
  const wanted: Record<string, string> = {};
  if (running !== null) {
    wanted['shop-running'] = running.version;
    wanted['logs_shop-running'] = `${running.version}/${running.instance}/logs`;
  }
  if (testing !== null) {
    wanted['shop-test'] = testing.version;
    wanted['logs_shop-test'] = `${testing.version}/${testing.instance}/logs`;
  }
  const problems: string[] = [];
  for (const [name, target] of Object.entries(wanted)) {
    if (links[name] !== target) problems.push(`${name} -> ${links[name]}, not ${target}`);
  }
  for (const [name, target] of Object.entries(links)) {
    // The old program's own link to the newest file.
    if (name === 'shop.mjs') continue;
    if (wanted[name] === undefined) problems.push(`${name} -> ${target} is left`);
    await realpath(join(world.base, name)).catch(() => problems.push(`${name} leads nowhere`));
  }
  return problems;
}
