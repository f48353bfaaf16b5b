import { portsOf } from '../ports/port-holders.ts';
import type { ProcessIdentity } from '../process/identity.ts';
import { findProcessTree } from '../process/tree.ts';

/**
 * What a servlet that never got ready does instead of listening on its port: `pid 4711 listens on 8080
 * instead of 45104`. Null when it listens there, or when that cannot be seen.
 */
export async function wrongPort(leader: ProcessIdentity, port: number): Promise<string | null> {
  try {
    const family = await findProcessTree({ leaders: [leader], owns: () => false });
    const pids = [...new Set([leader.pid, ...family.map(({ identity }) => identity.pid)])];
    const found = await portsOf(pids);
    if (found.some((one) => one.port === port)) return null;
    const [first] = found;
    if (first === undefined) return `pid ${leader.pid} listens on no port at all`;
    const own = found.filter(({ pid }) => pid === first.pid).map((one) => one.port);
    return `pid ${first.pid} listens on ${own.join(', ')} instead of ${port}`;
  } catch {
    return null;
  }
}
