import { restageMissing } from '../base/arrival/stage.ts';
import { createInstance, type Instance } from '../base/instance/instance.ts';
import { pruneInstances } from '../base/instance/prune-instances.ts';
import { writeRoleFile } from '../base/instance/role-file.ts';
import type { Layout } from '../base/names/layout.ts';
import { messageOf } from '../errors.ts';
import type { Target, TargetTls } from '../model/exchange.ts';
import type { Release } from '../model/release.ts';
import type { InstanceRole, Role } from '../model/role.ts';
import { processorsWithout } from '../runtime/processors.ts';
import { servletEnvironment } from './environment.ts';
import { drainWarning } from './health/drain-check.ts';
import { watchEnd } from './health/end-watch.ts';
import { watchLiveness } from './health/liveness.ts';
import { awaitReady, NotReadyError } from './health/readiness.ts';
import { wrongPort } from './health/wrong-port.ts';
import { type LaunchSettings, launchCommand } from './launch.ts';
import type { ServletLauncher } from './launcher/launcher.ts';
import type { PortPool } from './ports/ports.ts';
import { entriesOf, type ProcessRegistry, type Servlet } from './process/registry.ts';
import { signalProcess } from './process/identity.ts';
import { servletTag } from './process/tag.ts';
import type { Prepared } from './slot-events.ts';

const ENDED = 'its process has ended; how is not known, since the launcher has not told yet';
/** Limits of a running servlet: none. */
const UNLIMITED = { nice: 0, sparedProcessors: 0 };

/** The settings by which servlets are started, probed and stopped. */
export interface ServletSettings extends LaunchSettings {
  /** The host on which servlets listen. */
  readonly endpoint: string;
  readonly passEnvironment: readonly string[];
  readonly instances: { readonly keep: number };
  readonly readiness: {
    readonly path: string | null;
    readonly timeoutMs: number;
    readonly intervalMs: number;
    readonly successes: number;
  };
  readonly liveness: {
    readonly path: string | null;
    readonly timeoutMs: number;
    readonly intervalMs: number;
    readonly failures: number;
  };
  readonly role: { readonly signal: NodeJS.Signals | null };
  readonly stop: { readonly signal: NodeJS.Signals; readonly timeoutMs: number };
  readonly testing: { readonly nice: number; readonly sparedProcessors: number };
}

export interface ServletsOptions {
  /** Those in effect now. */
  readonly settings: () => ServletSettings;
  /** What servlets prove themselves by; null: they speak plain HTTP. */
  readonly tls: TargetTls | null;
  readonly layout: Layout;
  readonly launcher: ServletLauncher;
  readonly ports: PortPool;
  readonly registry: ProcessRegistry;
  /** Environment of Vili itself. */
  readonly environment: NodeJS.ProcessEnv;
  readonly onProblem: (text: string) => void;
}

/** Prepares, starts, probes and stops servlets according to the settings. */
export class Servlets {
  readonly #options: ServletsOptions;

  constructor(options: ServletsOptions) {
    this.#options = options;
  }

  /** Takes a port and makes an instance folder. Throws as `PortPool.take`, `stageRelease`, `createInstance`. */
  async prepare(release: Release, role: Role, instanceRole: InstanceRole): Promise<Prepared> {
    const { settings, layout, ports, tls } = this.#options;
    const { propertiesFileName, portIdentifier, endpoint } = settings();
    const port = await ports.take(`${release.name} (${role})`);
    try {
      await restageMissing(layout, release);
      await this.#prune(release.name);
      const names = { propertiesFileName, portIdentifier };
      const file = { layout, file: release, role, instanceRole, port, ...names };
      const instance = await createInstance(file);
      const place = { instance: instance.id, host: endpoint, port };
      return { instance, target: tls === null ? place : { ...place, tls } };
    } catch (error) {
      ports.release(port);
      throw error;
    }
  }

  /** What the instance is for users now: in its file `role`, and by `role.signal`. Throws `WriteFailed`. */
  async tellRole({ id, folder }: Instance, instanceRole: InstanceRole): Promise<void> {
    const { settings, registry } = this.#options;
    const isNews = await writeRoleFile(folder, instanceRole);
    const { signal } = settings().role;
    const identity = registry.get(id)?.process.identity() ?? null;
    if (isNews && signal !== null && identity !== null) signalProcess(identity, signal);
  }

  /** Throws as `launchCommand`, `servletEnvironment` and `ServletLauncher.spawn`. */
  async spawn(instance: Instance, port: number, role: Role): Promise<Servlet> {
    const { layout, launcher, environment: parent } = this.#options;
    const settings = this.#options.settings();
    const { passEnvironment: passThrough } = settings;
    const { base, pidRecordFolder } = layout;
    const tag = servletTag({ base, id: instance.id });
    const command = launchCommand({
      extension: extensionOf(instance),
      serverFile: instance.serverFile,
      instanceFolder: instance.folder,
      port,
      base,
      settings,
    });
    const instanceId = instance.id;
    const own = { parent, base, instanceId, tag, port, role, passThrough };
    const environment = servletEnvironment(own);
    const { nice, sparedProcessors } = role === 'testing' ? settings.testing : UNLIMITED;
    const processors = processorsWithout(sparedProcessors);
    const limits = { nice, processors, stopTimeoutMs: settings.stop.timeoutMs };
    return launcher.spawn({
      command,
      instance,
      environment,
      pidRecordFolder,
      tag,
      port,
      ...limits,
    });
  }

  /** Ends a servlet's whole process tree; resolves to what an operator must know, or null. */
  async stop(servlet: Servlet): Promise<string | null> {
    const { signal, timeoutMs } = this.#options.settings().stop;
    const { survivors, killed, tookMs } = await servlet.stop({ signal, timeoutMs });
    if (survivors.length > 0) {
      const pids = survivors.map((it) => it.pid).join(', ');
      return `${servlet.id} left processes that cannot be ended: ${pids}`;
    }
    if (!killed) return null;
    return `${servlet.id} did not end on ${signal} and was killed after ${tookMs} ms`;
  }

  /** Resolves to the milliseconds until the servlet was ready. Throws as `awaitReady`. */
  async awaitReady(servlet: Servlet, target: Target, signal: AbortSignal): Promise<number> {
    const { readiness, liveness } = this.#options.settings();
    const { exited } = servlet;
    const requestTimeoutMs = liveness.timeoutMs;
    try {
      const wait = { ...target, ...readiness, requestTimeoutMs, signal, exited };
      return (await awaitReady(wait)).afterMs;
    } catch (error) {
      const leader = servlet.identity();
      if (!(error instanceof NotReadyError) || error.exit !== null || leader === null) throw error;
      const hint = await wrongPort(leader, target.port);
      throw hint === null ? error : error.because(hint);
    }
  }

  /** Why this servlet could not finish its requests when stopped, or null. */
  async drainWarning(servlet: Servlet): Promise<string | null> {
    const leader = servlet.identity();
    return leader === null ? null : drainWarning(leader);
  }

  /** Without a path only its process is watched, and nothing probed: any page may be slow while the service is fine. */
  watchLiveness(target: Target, onUnhealthy: (problem: string) => void, signal: AbortSignal): void {
    void this.#watchEnd(target, onUnhealthy, signal);
    const { liveness, readiness } = this.#options.settings();
    const path = liveness.path ?? readiness.path;
    if (path === null) return;
    const { intervalMs, failures, timeoutMs: requestTimeoutMs } = liveness;
    const probe = { ...target, path, requestTimeoutMs, intervalMs, failures };
    void watchLiveness({
      ...probe,
      signal,
      onUnhealthy: (it) => onUnhealthy(`no response ${it.failures} times: ${it.text}`),
      onHealthy: () => {},
    });
  }

  async #watchEnd(
    { instance }: Target,
    onUnhealthy: (problem: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const identity = this.#options.registry.get(instance)?.process.identity() ?? null;
    if (identity !== null && (await watchEnd(identity, signal))) onUnhealthy(ENDED);
  }

  /** A folder that could not be removed does not fail a start; the next start tries again. */
  async #prune(name: string): Promise<void> {
    const { settings, layout, registry, onProblem } = this.#options;
    const alive = new Set(entriesOf(registry, name).map((entry) => entry.instance.folder));
    const { keep } = settings().instances;
    try {
      await pruneInstances({ versionFolder: layout.versionFolder(name), keep, alive });
    } catch (error) {
      onProblem(`old instances of ${name} could not be removed: ${messageOf(error)}`);
    }
  }
}

// Private

/** The link in the instance folder is `IDENTIFIER.ext`. */
function extensionOf(instance: Instance): string {
  const name = instance.serverFile.slice(instance.folder.length + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot) : '';
}
