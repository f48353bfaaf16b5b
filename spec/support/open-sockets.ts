import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { attempt } from '../../lib/errors.ts';

/** What `/proc/PID/net` lists, by the name of the file. */
const KINDS = ['tcp', 'tcp6', 'udp', 'udp6'] as const;
const INODE_FIELD = 9;

/** One socket that a process has open. */
export interface OpenSocket {
  readonly kind: (typeof KINDS)[number];
  readonly localPort: number;
  /** 0 while it listens. */
  readonly remotePort: number;
}

/** The network sockets that this very process has open, without those of its children. */
export function openSockets(pid: number): readonly OpenSocket[] {
  const links = readdirSync(`/proc/${pid}/fd`).map((fd) =>
    attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`), ''),
  );
  const inodes = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  return KINDS.flatMap((kind) => {
    const text = attempt(() => readFileSync(`/proc/${pid}/net/${kind}`, 'latin1'), '');
    const rows = text.split('\n').slice(1);
    return rows
      .map((row) => row.trim().split(/\s+/))
      .filter((fields) => inodes.has(fields[INODE_FIELD] ?? ''))
      .map(([, local = '', remote = '']) => {
        return { kind, localPort: portOf(local), remotePort: portOf(remote) };
      });
  });
}

// Private

/** `0100007F:1F90` */
function portOf(address: string): number {
  return Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16);
}
