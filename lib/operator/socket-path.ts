import { type FileHandle, open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** `sun_path` of Linux has room for this many bytes and a NUL. */
const MAX_SOCKET_PATH_BYTES = 107;

/**
 * A name for the socket at `path` that the kernel accepts: the path itself or, when it is too long,
 * the same file through an open folder. `close` must be called after listening or connecting.
 */
export async function reachableSocketPath(
  path: string,
): Promise<{ path: string; close(): Promise<void> }> {
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) {
    return { path, close: () => Promise.resolve() };
  }
  const folder: FileHandle = await open(dirname(path), 'r');
  return {
    path: `/proc/self/fd/${folder.fd}/${basename(path)}`,
    close: () => folder.close(),
  };
}
