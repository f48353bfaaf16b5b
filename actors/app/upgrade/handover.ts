import { readFile, writeFile } from 'node:fs/promises';
import { parseDeployment } from '../../../lib/deployment/parse.ts';
import { protectedNames } from '../../../lib/deployment/state.ts';
import { attempt } from '../../../lib/errors.ts';
import { askDeployment, askEvaluation, askTraffic } from '../questions.ts';
import type { Services } from '../services.ts';
import type { Handover } from './protocol.ts';

/** The last one to end of those that act on the base: what it and they still had to say is for those that collect evidence. */
const LAST_ACTING = '/vili/deployer';
const TOP_LEVEL = /^\/vili\/([^/]+)$/;

/**
 * Everything of Vili stops to act, except the proxy: users go where they went. Resolves to what another Vili needs to go on
 * exactly there. Throws VILI_KEEPER_LOST when the launcher does not reply.
 */
export async function suspend(services: Services): Promise<Handover> {
  const { proxy, mirror, launcher, registry, logOffsets, mirrorToken } = services;
  const { running, share = null } = proxy.route();
  proxy.setRoute({ running, share, mirroring: false });
  await mirror.end();
  await settled(services);
  await endActors(services, () => settled(services));
  const passed = await launcher.pass();
  const servlets = [...registry.values()].map(({ version, role, instance, target, readyAtMs }) => {
    return { version, role, instance, target, readyAtMs };
  });
  return {
    launcher: passed,
    servlets: passed === null ? [] : servlets,
    logOffsets: [...logOffsets],
    mirrorToken,
  };
}

/** Ends every actor, the last started first, and does `between` when only those that collect evidence are left. */
export async function endActors(
  { system }: Services,
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  for (const { path } of system.tree().toReversed()) {
    const name = TOP_LEVEL.exec(path)?.[1];
    if (name !== undefined) await system.end(name);
    if (path === LAST_ACTING) await between();
  }
}

/** The living servlets and all that is known of them, from the Vili before. Throws VILI_KEEPER_LOST. */
export async function adopt(services: Services, handover: Handover): Promise<void> {
  const { launcher, registry, ports, logOffsets } = services;
  if (handover.launcher === null) return launcher.open();
  const processes = await launcher.claim(handover.launcher);
  const byId = new Map(processes.map((it) => [it.id, it]));
  for (const servlet of handover.servlets) {
    const { instance, target, version, role } = servlet;
    const process = byId.get(instance.id);
    // It has ended since.
    if (process === undefined) continue;
    registry.set(instance.id, { ...servlet, process });
    ports.keep(target.port, `${version} (${role})`);
  }
  for (const [instance, offset] of handover.logOffsets) logOffsets.set(instance, offset);
}

/** Ends servlets of versions that nothing is known of: they were on their way out when the Vili before handed over. */
export async function endUnknown(services: Services): Promise<void> {
  const { registry, servlets, ports, journal } = services;
  const { deployment } = await askDeployment(services);
  const versions = new Set([...protectedNames(deployment), ...deployment.archiving]);
  for (const { version, instance, target, process } of registry.values()) {
    if (versions.has(version)) continue;
    const problem = await servlets.stop(process);
    if (problem !== null) journal.warn(problem);
    registry.delete(instance.id);
    ports.release(target.port);
  }
}

/** The state file as it is now, and the way to bring it back where another Vili has left one that this one cannot read. */
export async function rememberState({ layout, settings }: Services): Promise<() => Promise<void>> {
  const file = layout.stateFile;
  const before = await readFile(file, 'utf8').catch(() => null);
  const isReadable = (text: string): boolean =>
    attempt(() => {
      const { recording: _, ...state } = JSON.parse(text) as Record<string, unknown>;
      return parseDeployment(state, settings.identifier) !== null;
    }, false);
  return async () => {
    const now = await readFile(file, 'utf8').catch(() => '');
    if (before === null || isReadable(now)) return;
    await writeFile(file, before, { mode: 0o600 });
  };
}

// Private

/** All that was sent to the actors which collect evidence has been handled. */
async function settled(services: Services): Promise<void> {
  await askTraffic(services);
  await askEvaluation(services);
}
