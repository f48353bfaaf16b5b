import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { codeOf, messageOf, ViliError } from '../../errors.ts';
import { type InstanceRole, ROLE_WORDS, type Role } from '../../model/role.ts';
import { instanceNumber, type Layout } from '../names/layout.ts';
import type { ServerFile } from '../names/server-file.ts';
import { readRegular } from '../state/regular-file.ts';
import { pointLink } from './links.ts';
import { instanceProperties } from './properties.ts';
import { writeRoleFile } from './role-file.ts';

/** Copied into each instance if it is in base. */
const AUTHORIZATION_FILE = 'authorization.properties';
const MAX_NUMBER_TRIES = 100;
/** Properties may hold secrets. */
const SECRET_MODE = 0o600;
const MAX_PROPERTIES_BYTES = 16_777_216;

/**
 * `code`: VILI_PROPERTIES_UNREADABLE (the properties file is missing or may not be read),
 * VILI_INSTANCE_FAILED (anything else: disk full, read-only base).
 */
export class InstanceFailed extends ViliError {}

export interface InstanceOptions {
  readonly layout: Layout;
  readonly file: ServerFile;
  readonly role: Role;
  /** What goes into its file `role`; by default the word of its role. */
  readonly instanceRole?: InstanceRole;
  readonly port: number;
  /** Name of a file in base that is copied into the instance; empty: no file is. */
  readonly propertiesFileName: string;
  /** Key of the port in that file; empty: no port line is written. */
  readonly portIdentifier: string;
}

/** The folder of one start of a version; absolute paths. */
export interface Instance {
  /** `inventory-1.4.2/2_running` */
  readonly id: string;
  readonly number: number;
  readonly folder: string;
  /** The link INSTANCE/IDENTIFIER.ext to the version's copy of the server file. */
  readonly serverFile: string;
  readonly stdOut: string;
  readonly stdErr: string;
  readonly pidFile: string;
  /** Written by the service, one JSON object per line. */
  readonly jsonLog: string;
}

/**
 * Makes the next instance folder of a staged version: number, link to the server file, copy of the
 * properties, log folders, and the links `current` and `logs` of the version folder. On failure the
 * folder is removed again. Throws `InstanceFailed`.
 */
export async function createInstance(options: InstanceOptions): Promise<Instance> {
  const { layout, file, role } = options;
  const properties = await propertiesOf(options);
  const versionFolder = layout.versionFolder(file.name);
  const number = await orInstanceFailed(options, () => makeNumberedFolder(versionFolder, role));
  const instance = describe(options, versionFolder, number);
  try {
    await orInstanceFailed(options, () => fill(options, instance, properties));
  } catch (error) {
    await rm(instance.folder, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
  return instance;
}

/**
 * Points IDENTIFIER-running (or -test) and logs_IDENTIFIER-running (or -test) in base to the version
 * and the logs of the instance, each atomically. Throws `LinkFailed`.
 */
export async function linkInstance(layout: Layout, role: Role, instance: Instance): Promise<void> {
  const name = instance.id.slice(0, instance.id.lastIndexOf('/'));
  await pointLink(layout.roleLink(role), layout.versionFolder(name));
  await pointLink(layout.logsLink(role), join(instance.folder, 'logs'));
}

// Private

function describe(options: InstanceOptions, versionFolder: string, number: number): Instance {
  const { layout, file, role } = options;
  const folder = join(versionFolder, folderName(number, role));
  return {
    id: `${file.name}/${folderName(number, role)}`,
    number,
    folder,
    serverFile: join(folder, layout.identifier + file.extension),
    stdOut: join(folder, 'stdOut'),
    stdErr: join(folder, 'stdErr'),
    pidFile: join(folder, 'pid'),
    jsonLog: join(folder, 'logs', 'json', `${layout.identifier}.log`),
  };
}

function folderName(number: number, role: Role): string {
  return `${number}_${ROLE_WORDS[role]}`;
}

async function makeNumberedFolder(versionFolder: string, role: Role): Promise<number> {
  for (let tries = 0; tries < MAX_NUMBER_TRIES; tries += 1) {
    const names = await readdir(versionFolder);
    const number = Math.max(0, ...names.map((name) => instanceNumber(name) ?? 0)) + 1;
    try {
      await mkdir(join(versionFolder, folderName(number, role)));
      return number;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
  throw new Error(`no free instance number after ${MAX_NUMBER_TRIES} tries`);
}

async function fill(
  options: InstanceOptions,
  instance: Instance,
  properties: Buffer | null,
): Promise<void> {
  const { layout, file, propertiesFileName } = options;
  await mkdir(join(instance.folder, 'logs', 'json'), { recursive: true });
  await writeRoleFile(instance.folder, options.instanceRole ?? ROLE_WORDS[options.role]);
  await symlink(join('..', file.fileName), instance.serverFile);
  if (properties !== null) {
    const copy = join(instance.folder, basename(propertiesFileName));
    await writeFile(copy, properties, { mode: SECRET_MODE });
  }
  await copyAuthorization(layout.base, instance.folder);
  const versionFolder = layout.versionFolder(file.name);
  await pointLink(join(versionFolder, 'current'), instance.folder);
  await pointLink(join(versionFolder, 'logs'), join(instance.folder, 'logs'));
}

async function copyAuthorization(base: string, folder: string): Promise<void> {
  try {
    const content = await readOperators(join(base, AUTHORIZATION_FILE));
    await writeFile(join(folder, AUTHORIZATION_FILE), content, { mode: SECRET_MODE });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/** A file that the operator maintains in base, perhaps by a link. */
function readOperators(path: string): Promise<Buffer> {
  return readRegular(path, MAX_PROPERTIES_BYTES, { follow: true });
}

/** The file is read as Latin-1, so that every byte of the user's lines is preserved. */
async function propertiesOf(options: InstanceOptions): Promise<Buffer | null> {
  const { layout, role, port, portIdentifier, propertiesFileName } = options;
  if (propertiesFileName === '') return null;
  const path = join(layout.base, propertiesFileName);
  try {
    const original = (await readOperators(path)).toString('latin1');
    const values = { test: role === 'testing', port, portIdentifier };
    return Buffer.from(instanceProperties(original, values), 'latin1');
  } catch (error) {
    const text =
      `cannot read ${path} (properties_file_name): ${messageOf(error)}; ` +
      'create it, or leave properties_file_name empty';
    throw new InstanceFailed('VILI_PROPERTIES_UNREADABLE', text, { cause: error });
  }
}

async function orInstanceFailed<T>(options: InstanceOptions, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const action = `make an instance of ${options.file.name} (${options.role})`;
    throw InstanceFailed.cannot('VILI_INSTANCE_FAILED', action, error);
  }
}
