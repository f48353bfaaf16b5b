import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { dirname, join } from 'node:path';
import { ViliError } from '../../../errors.ts';
import { reachableSocketPath } from '../../socket-path.ts';

const OWNER_ONLY = 0o600;
/** libuv unlinks this name again at close, so nothing else may use it. */
const BOUND_NAME = '.vili-bound';

/**
 * Makes `server` listen at `socketPath` so that no other user can connect at any moment: the socket
 * is bound inside a folder of mode 0700, set to 0600 and then renamed to its place, which also
 * replaces the socket file of a daemon that is gone. The caller holds the lock of the base.
 * Throws ViliError `VILI_SOCKET_FAILED`.
 */
export async function listenPrivately(server: Server, socketPath: string): Promise<void> {
  let folder: string | null = null;
  try {
    folder = await mkdtemp(join(dirname(socketPath), '.s'));
    const bound = join(folder, BOUND_NAME);
    const reachable = await reachableSocketPath(bound);
    try {
      await listen(server, reachable.path);
    } finally {
      await reachable.close();
    }
    await chmod(bound, OWNER_ONLY);
    await rename(bound, socketPath);
  } catch (error) {
    server.close();
    throw ViliError.cannot('VILI_SOCKET_FAILED', `listen on control socket ${socketPath}`, error);
  } finally {
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  }
}

// Private

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
