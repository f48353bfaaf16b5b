import { readdir, readFile, readlink } from 'node:fs/promises';
import { readStat } from '../process/identity.ts';

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
/** State LISTEN in /proc/net/tcp (include/net/tcp_states.h). */
const LISTEN = '0A';

export interface PortHolder {
  readonly pid: number;
  readonly command: string;
}

/**
 * The processes that listen on these ports, as far as this user may see. For an error message only,
 * so whatever cannot be read is left out.
 */
export async function portHolders(
  ports: readonly number[],
): Promise<ReadonlyMap<number, PortHolder>> {
  const portOfInode = await listeningInodes(new Set(ports));
  const holders = new Map<number, PortHolder>();
  if (portOfInode.size === 0) return holders;
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    for (const inode of await socketInodes(name)) {
      const port = portOfInode.get(inode);
      const stat = port === undefined ? null : readStat(Number(name));
      if (port !== undefined && stat !== null && !holders.has(port)) {
        holders.set(port, { pid: stat.pid, command: stat.command });
      }
    }
    if (holders.size === new Set(portOfInode.values()).size) break;
  }
  return holders;
}

/** The ports on which these processes listen, ascending, each once; as far as this user may see. */
export async function portsOf(
  pids: readonly number[],
): Promise<readonly { readonly pid: number; readonly port: number }[]> {
  const portOfInode = await listeningInodes(null);
  const found = new Map<number, number>();
  for (const pid of pids) {
    for (const inode of await socketInodes(String(pid))) {
      const port = portOfInode.get(inode);
      if (port !== undefined && !found.has(port)) found.set(port, pid);
    }
  }
  return [...found].map(([port, pid]) => ({ pid, port })).sort((a, b) => a.port - b.port);
}

// Private

/** Of these ports; null: of all. */
async function listeningInodes(ports: ReadonlySet<number> | null): Promise<Map<string, number>> {
  const inodes = new Map<string, number>();
  for (const table of TABLES) {
    const text = await readFile(table, 'latin1').catch(() => '');
    for (const line of text.split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      const port = Number.parseInt(fields[1]?.split(':')[1] ?? '', 16);
      const inode = fields[9];
      if (fields[3] !== LISTEN || inode === undefined) continue;
      if (ports?.has(port) !== false) inodes.set(inode, port);
    }
  }
  return inodes;
}

async function socketInodes(pid: string): Promise<readonly string[]> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  const targets = await Promise.all(names.map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
  return targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
}
