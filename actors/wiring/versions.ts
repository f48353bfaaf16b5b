import type { ChildSpec } from '../../lib/actor/index.ts';
import { restageMissing, stageRelease } from '../../lib/base/arrival/stage.ts';
import { createInstance, linkInstance } from '../../lib/base/instance/instance.ts';
import { pruneInstances } from '../../lib/base/instance/prune-instances.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Release } from '../../lib/model/release.ts';
import type { Role } from '../../lib/model/role.ts';
import { nextDelayMs } from '../../lib/servlet/health/backoff.ts';
import { entriesOf } from '../../lib/servlet/process/registry.ts';
import type { Prepared } from '../../lib/servlet/slots.ts';
import type { Services } from '../app/services.ts';
import type { VersionMessage } from '../messages.ts';
import { versionActor } from '../version-actor.ts';
import { servletSpec } from './servlets.ts';

/** Staging a large file and starting a servlet take their time within one message. */
const HANDLER_TIMEOUT_MS = 60_000;

/** A version actor; it is restarted for ever, since its servlets serve meanwhile. */
export function versionSpec(services: Services, name: string): ChildSpec<VersionMessage> {
  const { settings, layout, journal, now, addresses } = services;
  const { backoffMinMs: minMs, backoffMaxMs: maxMs, resetAfterMs } = settings.restart;
  return {
    name: `version-${name}`,
    restart: 'transient',
    keepChildren: true,
    restarts: { max: Number.POSITIVE_INFINITY },
    handlerTimeoutMs: HANDLER_TIMEOUT_MS,
    behaviour: () =>
      versionActor({
        name,
        deployer: addresses.deployer,
        stage: (release) => stageRelease(layout, release),
        prepareInstance: (release, role) => prepareInstance(services, release, role),
        releasePort: (port) => services.ports.release(port),
        linkInstance: (role, instance) => linkInstance(layout, role, instance),
        servletSpec: (prepared, role, parent) =>
          servletSpec(services, name, prepared, role, parent),
        alive: () => entriesOf(services.registry, name),
        backoff: (consecutive) =>
          nextDelayMs({ consecutive, minMs, maxMs, random: services.random }),
        resetAfterMs,
        now,
        journal,
      }),
  };
}

// Private

/** Not worth failing a start for: what could not be removed is tried again at the next one. */
async function prune(
  { settings, layout, registry, journal }: Services,
  name: string,
): Promise<void> {
  const alive = new Set(entriesOf(registry, name).map((entry) => entry.instance.folder));
  const { keep } = settings.instances;
  try {
    await pruneInstances({ versionFolder: layout.versionFolder(name), keep, alive });
  } catch (error) {
    journal.warn(`old instances of ${name} could not be removed: ${messageOf(error)}`);
  }
}

async function prepareInstance(
  services: Services,
  release: Release,
  role: Role,
): Promise<Prepared> {
  const { settings, layout, ports } = services;
  const { propertiesFileName, portIdentifier, endpoint } = settings;
  const port = await ports.take(`${release.name} (${role})`);
  try {
    await restageMissing(layout, release);
    await prune(services, release.name);
    const options = { layout, file: release, role, port, propertiesFileName, portIdentifier };
    const instance = await createInstance(options);
    return { instance, target: { instance: instance.id, host: endpoint, port } };
  } catch (error) {
    ports.release(port);
    throw error;
  }
}
