import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { codeOf, messageOf, UsageError, ViliError } from '../../errors.ts';
import { controlClient } from '../../operator/client/client.ts';
import type { StatusView } from '../../operator/views/status-view.ts';

/** Folders that one command takes. */
export const MAX_FOLDERS = 200;
/** One service that hangs must not keep the others from being shown. */
const TIMEOUT_MS = 5000;

/** What one of several services says. */
export interface ServiceStatus {
  /** Its folder, absolute. */
  readonly base: string;
  /** Null while it cannot be asked. */
  readonly status: StatusView | null;
  /** Why not; null with a status, and where Vili never ran. */
  readonly problem: string | null;
}

/**
 * The status of the service in each of these folders, all asked at once, in the order given. A folder without `.vili` is
 * one where Vili never ran. Throws UsageError for none, and for more than MAX_FOLDERS.
 */
export async function eachService(
  folders: readonly string[],
  workingFolder: string,
): Promise<readonly ServiceStatus[]> {
  if (folders.length === 0) throw new UsageError('name the folders: vili status --all /srv/*');
  const bases = [...new Set(folders.map((folder) => resolve(workingFolder, folder)))];
  if (bases.length > MAX_FOLDERS) {
    throw new UsageError(`${bases.length} folders are too many, ${MAX_FOLDERS} at most`);
  }
  return Promise.all(bases.map(statusOf));
}

/** How a service is called before it has said so itself. */
export function nameOfBase({ base, status }: ServiceStatus): string {
  return status?.vili.identifier ?? basename(base);
}

// Private

async function statusOf(base: string): Promise<ServiceStatus> {
  const vili = join(base, '.vili');
  try {
    const client = controlClient(join(vili, 'vili.sock'), { timeoutMs: TIMEOUT_MS });
    return { base, status: await client.status(), problem: null };
  } catch (error) {
    if (!(error instanceof ViliError)) throw error;
    const isBase = await stat(vili).then(
      () => true,
      // What may not be looked into is no proof that nothing is there.
      (failure: unknown) => !['ENOENT', 'ENOTDIR'].includes(codeOf(failure) ?? ''),
    );
    return { base, status: null, problem: isBase ? messageOf(error) : null };
  }
}
