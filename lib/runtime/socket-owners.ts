import { open, readdir, readFile, readlink } from 'node:fs/promises';

/** Both ends of a TCP connection within this host, as the accepting end sees them. */
export interface LocalConnection {
  readonly peerPort: number;
  readonly ownPort: number;
}

/** Whether a process asked about holds the other end; null: it is gone, or cannot be told. */
export type Ownership = boolean | null;

/** A host with more connections is not searched. */
const MAX_TABLE_BYTES = 4_194_304;
const MAX_PROCESSES = 64;
const MAX_THREADS = 64;
const MAX_DESCRIPTORS = 4096;
const READ_WIDTH = 32;
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
/** Local and remote port and inode of a line (proc(5)), unless the connection is over (state 06). */
const LINE =
  /^ *\d+: [\dA-F]+:([\dA-F]{4}) [\dA-F]+:([\dA-F]{4}) (?!06)[\dA-F]{2} \S+ \S+ \S+ +\d+ +\d+ (\d+)/gm;

/**
 * For each connection, whether one of the processes, or a descendant, has the other end open. Reads /proc in the
 * thread pool; bounded on a host with many connections, where nothing is known then.
 */
export async function socketOwners(
  connections: readonly LocalConnection[],
  processes: readonly number[],
): Promise<readonly Ownership[]> {
  // At the same time: a short connection would be gone from the one that is read last.
  const [held, inodes] = await Promise.all([heldBy(processes), inodesOf(connections)]);
  return inodes.map((inode) => (inode === null ? null : held.has(inode)));
}

// Private

/** The inode of the peer's socket of each connection; null when there is none. */
async function inodesOf(connections: readonly LocalConnection[]): Promise<(string | null)[]> {
  const found = new Map<string, string>();
  const wanted = new Set(connections.map(keyOf));
  for (const table of TABLES) {
    for (const [, local = '', remote = '', inode = '0'] of (await textOf(table)).matchAll(LINE)) {
      const key = `${local}:${remote}`;
      if (inode !== '0' && wanted.has(key)) found.set(key, inode);
    }
  }
  return connections.map((connection) => found.get(keyOf(connection)) ?? null);
}

function keyOf({ peerPort, ownPort }: LocalConnection): string {
  return `${hex(peerPort)}:${hex(ownPort)}`;
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

/** '' for a table that is too large or cannot be read. */
async function textOf(table: string): Promise<string> {
  const read = async (): Promise<string> => {
    const file = await open(table);
    try {
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of file.createReadStream({ highWaterMark: 262_144 })) {
        chunks.push(chunk as Buffer);
        size += (chunk as Buffer).length;
        if (size > MAX_TABLE_BYTES) return '';
      }
      return Buffer.concat(chunks).toString('latin1');
    } finally {
      await file.close().catch(() => {});
    }
  };
  return orElse(read(), '');
}

/** Processes and descriptors come and go while they are read. */
async function orElse<T>(read: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read;
  } catch {
    return otherwise;
  }
}

/** The inodes of the sockets that these processes or their descendants hold. */
async function heldBy(processes: readonly number[]): Promise<ReadonlySet<string>> {
  const held = new Set<string>();
  const seen = new Set<number>();
  let generation = [...processes];
  while (generation.length > 0) {
    const next: number[] = [];
    for (const pid of generation) {
      if (seen.has(pid) || seen.size >= MAX_PROCESSES) continue;
      seen.add(pid);
      await addHeld(pid, held);
      next.push(...(await childrenOf(pid)));
    }
    generation = next;
  }
  return held;
}

async function addHeld(pid: number, held: Set<string>): Promise<void> {
  const folder = `/proc/${pid}/fd`;
  // The latest connections mostly have the highest descriptors.
  const names = (await orElse(readdir(folder), [])).slice(-MAX_DESCRIPTORS).toReversed();
  for (let at = 0; at < names.length; at += READ_WIDTH) {
    const some = names.slice(at, at + READ_WIDTH);
    const links = await Promise.all(some.map((name) => orElse(readlink(`${folder}/${name}`), '')));
    for (const link of links) if (link.startsWith('socket:[')) held.add(link.slice(8, -1));
  }
}

/** Every thread has children of its own. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const folder = `/proc/${pid}/task`;
  const threads = (await orElse(readdir(folder), [])).slice(0, MAX_THREADS);
  const lists = await Promise.all(
    threads.map((thread) => orElse(readFile(`${folder}/${thread}/children`, 'latin1'), '')),
  );
  return lists.flatMap((list) =>
    list
      .split(' ')
      .filter((text) => text !== '')
      .map(Number),
  );
}
