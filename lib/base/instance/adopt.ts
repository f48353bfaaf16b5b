import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf } from '../../errors.ts';
import type { Role } from '../../model/role.ts';
import { checkServerFile, listVersionFolders, type VersionFolder } from '../arrival/scan.ts';
import type { Layout } from '../names/layout.ts';
import { exists } from '../names/paths.ts';
import { parseServerFile, parseVersionName, type ServerFile } from '../names/server-file.ts';
import { readRegular } from '../state/regular-file.ts';
import { readLink } from './links.ts';

const MAX_PID_BYTES = 32;

/** The versions named by the links of a base, and the faults found in it. */
export interface Adoption {
  readonly running: ServerFile | null;
  readonly testing: ServerFile | null;
  /** One sentence each, for the log and `vili check`; none of them prevents adoption. */
  readonly faults: readonly string[];
}

/**
 * Finds running and testing by the links of a base that has no state file, such as the Go program
 * leaves behind, faults included. Only reads: nothing is renamed, repaired or deleted. A version whose
 * copy is missing is still found while the user's original is in base. Throws `BaseUnreadable`.
 */
export async function adoptBase(layout: Layout): Promise<Adoption> {
  const faults: string[] = [];
  const folders = await listVersionFolders(layout.base, layout.identifier);
  const running = await linkedVersion(layout, 'running', faults);
  let testing = await linkedVersion(layout, 'testing', faults);
  if (testing !== null && testing.name === running?.name) {
    faults.push(
      `${basename(layout.roleLink('testing'))} points to the running version: nothing is tested`,
    );
    testing = null;
  }
  for (const folder of folders) await inspectFolder(folder, faults);
  await inspectArchives(layout.archiveFolder, faults);
  return { running, testing, faults };
}

// Private

/** The folder's name decides, not its path: a base that was moved has absolute links to its old location. */
async function linkedVersion(
  layout: Layout,
  role: Role,
  faults: string[],
): Promise<ServerFile | null> {
  const link = layout.roleLink(role);
  const target = await readLink(link).catch((error: unknown) => {
    faults.push(messageOf(error));
    return null;
  });
  if (target === null) {
    if (await exists(link)) faults.push(`${basename(link)} is not a link; ignored`);
    return null;
  }
  const name = basename(target);
  if (parseVersionName(layout.identifier, name) === undefined) {
    faults.push(`${basename(link)} points to ${target}, which is not a version; ignored`);
    return null;
  }
  if (!(await exists(target)))
    faults.push(`${basename(link)} points to ${target}, which does not exist`);
  const copy = await findServerFile(layout, name, layout.versionFolder(name));
  if (copy !== null) return copy;
  const original = await findServerFile(layout, name, layout.base);
  const rest = original === null ? 'and base has none either' : 'taken from base';
  faults.push(`the copy of the server file of ${name} is missing, ${rest}`);
  return original;
}

async function findServerFile(
  layout: Layout,
  name: string,
  folder: string,
): Promise<ServerFile | null> {
  const names = await readdir(folder).catch(() => []);
  for (const fileName of names.sort(byText)) {
    const file = parseServerFile(layout.identifier, fileName);
    if (file?.name !== name) continue;
    const check = await checkServerFile(folder, file).catch(() => null);
    if (check?.kind === 'file' && check.stats.size > 0) return file;
  }
  return null;
}

async function inspectFolder(version: VersionFolder, faults: string[]): Promise<void> {
  const entries = await readdir(version.folder, { withFileTypes: true }).catch(() => []);
  let pids = 0;
  for (const entry of entries) {
    if (entry.isSymbolicLink()) await inspectLink(version, entry, faults);
    if (entry.isDirectory() && (await hasStalePid(join(version.folder, entry.name)))) pids += 1;
  }
  if (pids > 0) faults.push(`${version.name}: ${pids} pid file(s) of processes that have ended`);
}

async function inspectLink(version: VersionFolder, entry: Dirent, faults: string[]): Promise<void> {
  const target = await readLink(join(version.folder, entry.name)).catch(() => null);
  if (target === null) return;
  if (target === version.folder) {
    faults.push(`${version.name}/${entry.name} is a link to its own folder; left as it is`);
  } else if (!(await exists(target))) {
    faults.push(`${version.name}/${entry.name} points to ${target}, which does not exist`);
  }
}

/** Only a hint for people; pid, start time and boot id decide which process may be signalled. */
async function hasStalePid(instance: string): Promise<boolean> {
  const path = join(instance, 'pid');
  const text = await readRegular(path, MAX_PID_BYTES).catch(() => null);
  if (text === null) return false;
  const pid = Number.parseInt(text.toString(), 10);
  return !(pid > 0 && (await exists(`/proc/${pid}`)));
}

async function inspectArchives(folder: string, faults: string[]): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.endsWith('.zip')).sort(byText)) {
    const stats = await lstat(join(folder, name)).catch(() => null);
    if (stats?.size === 0) faults.push(`archive/${name} is empty (0 bytes): it holds no version`);
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
