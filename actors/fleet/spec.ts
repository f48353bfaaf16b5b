import { actorSpec, type ChildSpec } from '../../lib/actor/index.ts';
import type { ControlHandlers } from '../../lib/operator/api/handlers.ts';
import type { Services } from '../app/services.ts';

/**
 * The fleet actor; none without `fleet.endpoints`, where what only it needs is not even loaded.
 * @throws ViliError VILI_FLEET_CA when `fleet.ca` cannot be used.
 */
export async function fleetSpecs(
  services: Services,
  handlers: ControlHandlers,
): Promise<readonly ChildSpec<never>[]> {
  if (services.settings.fleet.endpoints.length === 0) return [];
  const [{ fleetDeps }, { fleetActor }] = await Promise.all([
    import('./deps.ts'),
    import('./fleet-actor.ts'),
  ]);
  const deps = fleetDeps(services, handlers);
  return [actorSpec({ name: 'fleet', behaviour: () => fleetActor(deps) })];
}
