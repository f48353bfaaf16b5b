import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { attempt } from '../../../lib/errors.ts';
import {
  type ProcessIdentity,
  type ScannedProcess,
  scanProcesses,
} from '../../../lib/servlet/process/identity.ts';
import { tagPrefixOf } from '../../../lib/servlet/process/tag.ts';

const LAUNCHER = 'vili: launcher';

/** All that was started for a base: servlets by their tag, Vili and its helpers by the folder in which they work. */
export function processesOf(base: string): Promise<readonly ScannedProcess[]> {
  const prefix = tagPrefixOf(base);
  return scanProcesses(({ identity, tag }) => {
    if (tag?.startsWith(prefix) === true) return true;
    const folder = attempt(() => readlinkSync(`/proc/${identity.pid}/cwd`), '');
    return folder === base || folder.startsWith(`${base}/`);
  });
}

export async function launcherOf(base: string): Promise<ProcessIdentity | null> {
  const all = await processesOf(base);
  return all.find(({ stat }) => stat.command === LAUNCHER)?.identity ?? null;
}

/**
 * Resident memory, and how many files are open, without the connections that were made to this port, which are up to their
 * clients; null when it is gone.
 */
export function usageOf(
  pid: number,
  port: number,
): { readonly bytes: number; readonly files: number } | null {
  const read = (): { bytes: number; files: number } => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const bytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
    const clients = connectionsTo(port);
    const open = readdirSync(`/proc/${pid}/fd`).map((file) =>
      attempt(() => readlinkSync(`/proc/${pid}/fd/${file}`), ''),
    );
    return { bytes, files: open.filter((target) => !clients.has(target)).length };
  };
  return attempt(read, null);
}

// Private

/** As the links in /proc/PID/fd name them (proc(5), /proc/net/tcp). */
function connectionsTo(port: number): ReadonlySet<string> {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n');
  const fields = lines.map((line) => line.trim().split(/\s+/));
  const own = fields.filter(([, address]) => address?.endsWith(local) === true);
  return new Set(own.map((line) => `socket:[${line[9]}]`));
}
