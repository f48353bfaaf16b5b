import { loadSettings } from '../../../config/load.ts';
import type { Settings } from '../../../config/settings.ts';
import {
  createInstance,
  type Instance,
  linkInstance,
} from '../../../lib/base/instance/instance.ts';
import { type Layout, layoutOf } from '../../../lib/base/names/layout.ts';
import type { StartOptions } from '../../../lib/cli/terminal/io.ts';
import { codeOf, EXIT, messageOf, ViliError } from '../../../lib/errors.ts';
import { servletEnvironment } from '../../../lib/servlet/environment.ts';
import { launchCommand } from '../../../lib/servlet/launch.ts';
import { acquireLock, type Lock } from '../../../lib/servlet/lock.ts';
import { bindFailure } from '../../../lib/servlet/ports/ports.ts';
import { holderText } from '../../../lib/servlet/ports/taken-port.ts';
import { servletTag } from '../../../lib/servlet/process/tag.ts';
import { bareRelease, ensureCopy } from './release.ts';
import { runInForeground } from './foreground.ts';

/** On a base that cannot be written the lock cannot be taken, and no Vili can start there either. */
const CANNOT_WRITE = new Set(['EROFS', 'ENOSPC', 'EDQUOT']);

/**
 * `vili run-bare`: the running version on the users' port, for when Vili itself cannot start. Returns the exit code of its
 * process. Throws ConfigError, VILI_BASE_LOCKED while a Vili (or another run-bare) has the base, VILI_PORT_TAKEN, VILI_NOTHING_RUNS,
 * and as `stageVersion`, `createInstance` and `launchCommand`. The state of Vili is read, never written.
 */
export async function runBare(options: StartOptions): Promise<number> {
  const { settings, warnings } = loadSettings({
    base: options.base,
    flags: options.settings,
    environment: process.env,
  });
  process.title = 'vili';
  const layout = layoutOf(settings.base, settings.identifier);
  const lock = await lockOf(layout);
  try {
    const { file, source, problems } = await bareRelease(layout);
    await requirePort(settings);
    await ensureCopy(layout, file);
    const { port, portIdentifier, propertiesFileName } = settings;
    const names = { propertiesFileName, portIdentifier };
    const instance = await createInstance({ layout, file, role: 'running', port, ...names });
    const command = commandOf(settings, layout, file.extension, instance);
    // The logs are shipped by this link; the service is more important than they.
    const linkProblem = await linkInstance(layout, 'running', instance).then(() => null, messageOf);
    for (const text of [...warnings, ...problems, ...(linkProblem === null ? [] : [linkProblem])]) {
      talk(`warning: ${text}`);
    }
    for (const text of exposures(settings)) talk(`warning: ${text}`);
    talk(
      `${file.name} (${source}) on port ${port}, without Vili: nothing is copied, tested or restarted`,
    );
    return await runInForeground({
      command,
      folder: instance.folder,
      pidFile: instance.pidFile,
      environment: environmentOf(settings, instance),
    });
  } finally {
    await lock?.release();
  }
}

// Private

function talk(text: string): void {
  process.stderr.write(`vili: ${text}\n`);
}

/** Null where it cannot be taken for want of space or of rights to write. */
async function lockOf({ lockFile }: Layout): Promise<Lock | null> {
  try {
    return await acquireLock(lockFile);
  } catch (error) {
    const cause = codeOf(error instanceof Error ? error.cause : null) ?? '';
    if (codeOf(error) !== 'VILI_LOCK_FILE' || !CANNOT_WRITE.has(cause)) throw error;
    talk(`warning: ${messageOf(error)}; going on without it`);
    return null;
  }
}

async function requirePort({ port, host }: Settings): Promise<void> {
  const failure = await bindFailure(port, host);
  if (failure === null) return;
  const holder = await holderText(port);
  const text = `${host}:${port}, the port of the users, cannot be listened on (${holder || failure})`;
  throw new ViliError('VILI_PORT_TAKEN', text, { exitCode: EXIT.usage });
}

function commandOf(
  settings: Settings,
  { base }: Layout,
  extension: string,
  instance: Instance,
): readonly string[] {
  return launchCommand({
    extension,
    serverFile: instance.serverFile,
    instanceFolder: instance.folder,
    port: settings.port,
    base,
    settings,
  });
}

/** With the mark of a servlet: should this process be killed, the next start of Vili ends what it left. */
function environmentOf({ base, port, passEnvironment }: Settings, { id }: Instance) {
  return servletEnvironment({
    parent: process.env,
    base,
    instanceId: id,
    tag: servletTag({ base, id }),
    port,
    role: 'running',
    passThrough: passEnvironment,
  });
}

/** What Vili does for users and the service does not do by itself. */
function exposures({ host, tls, port, scheme }: Settings): readonly string[] {
  return [
    ...(tls.cert === ''
      ? []
      : [
          `users are used to TLS on port ${port} (tls.cert); the service itself decides what it speaks there`,
        ]),
    ...(scheme === 'https' && tls.cert === ''
      ? [
          `users are used to plain HTTP on port ${port}; with scheme=https the service speaks TLS there`,
        ]
      : []),
    ...(host === '0.0.0.0' || host === '::'
      ? []
      : [`host is ${host}, but the service itself decides on which addresses it listens`]),
  ];
}
