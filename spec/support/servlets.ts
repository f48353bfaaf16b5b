import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ScannedProcess, scanProcesses } from '../../lib/servlet/process/identity.ts';
import type {
  InstanceFiles,
  ServletProcess,
  SpawnOptions,
} from '../../lib/servlet/process/servlet-process.ts';
import { spawnServlet } from '../../lib/servlet/process/spawn.ts';
import { servletTag, TAG_VARIABLE } from '../../lib/servlet/process/tag.ts';
import { DEFAULT_SETTINGS } from './default-settings.ts';
import { eventually } from './eventually.ts';

/** Path from dist/spec/support to the fixtures among the sources. */
const FIXTURES = fileURLToPath(new URL('../../../spec/fixtures/servlet/', import.meta.url));

export function fixture(name: string): string {
  return join(FIXTURES, name);
}

/** Makes an instance folder in `base`; its files are named as in the base-folder contract. */
export function makeInstance(base: string, id = 'app-1.0.0/1_running'): InstanceFiles {
  const folder = join(base, id);
  mkdirSync(folder, { recursive: true });
  return instanceFiles(folder, id);
}

export function instanceFiles(folder: string, id: string): InstanceFiles {
  return {
    id,
    folder,
    stdOut: join(folder, 'stdOut'),
    stdErr: join(folder, 'stdErr'),
    pidFile: join(folder, 'pid'),
  };
}

export function pidRecordFolderOf(base: string): string {
  return join(base, '.vili', 'servlets');
}

const started = new Set<ServletProcess>();

/** For `afterEach`: ends the servlets that a failed spec left running. */
export async function endServlets(): Promise<void> {
  const left = [...started].filter((servlet) => servlet.exit === null);
  started.clear();
  await Promise.all(left.map((servlet) => servlet.stop({ signal: 'SIGKILL', timeoutMs: 1000 })));
}

/** Spawns a command as an instance of `base`, with a tag of that base. */
export function startServlet(
  base: string,
  command: readonly string[],
  options: Partial<SpawnOptions> & { readonly id?: string } = {},
): ServletProcess {
  const servlet = spawnServlet({
    ...spawnOptions(base, command, options.instance ?? makeInstance(base, options.id)),
    now: Date.now,
    ...options,
  });
  started.add(servlet);
  return servlet;
}

/** The options that start a command as an instance of `base`. */
export function spawnOptions(
  base: string,
  command: readonly string[],
  instance: InstanceFiles,
): Omit<SpawnOptions, 'now'> {
  const tag = servletTag({ base, id: instance.id });
  return {
    command,
    instance,
    stopTimeoutMs: DEFAULT_SETTINGS.stop.timeoutMs,
    environment: { PATH: process.env['PATH'] ?? '', [TAG_VARIABLE]: tag, PORT: '0' },
    pidRecordFolder: pidRecordFolderOf(base),
    tag,
    port: 0,
  };
}

/** All living processes whose servlet tag begins with `tagPrefix`. */
export function scanByTag(tagPrefix: string): Promise<readonly ScannedProcess[]> {
  return scanProcesses(({ tag }) => tag?.startsWith(tagPrefix) ?? false);
}

/** The text of a file, '' when there is none. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Resolves once the file contains `text`. */
export async function fileHolds(file: string, text: string): Promise<void> {
  await eventually(`${file} holds '${text}'`, () => textOf(file).includes(text));
}
