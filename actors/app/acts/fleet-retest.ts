import type { Deployment } from '../../../lib/deployment/state.ts';
import { ConflictError } from '../../../lib/errors.ts';
import type { Release } from '../../../lib/model/release.ts';
import type { FleetMessage } from '../../fleet/messages.ts';
import { askDeployment } from '../questions.ts';
import type { Services } from '../services.ts';

/**
 * Of several hosts: that the fleet has not decided on what is to be tested anew. `version`: null for the one under test, or
 * rejected last; `inBase`: its file. Throws ConflictError when it has.
 */
export async function checkFleetRetest(
  services: Services,
  version: string | null,
  inBase: Release | null,
): Promise<void> {
  const { settings, system, addresses } = services;
  if (settings.fleet.endpoints.length === 0) return;
  const release = meantBy((await askDeployment(services)).deployment, version) ?? inBase;
  if (release === null) return;
  const build = { version: release.name, sha256: release.fingerprint };
  const objection = await system.ask<FleetMessage, string | null>(addresses.fleet, (reply) => ({
    type: 'retest',
    build,
    reply,
  }));
  if (objection !== null) throw new ConflictError(objection);
}

// Private

function meantBy({ testing, rejected }: Deployment, version: string | null): Release | null {
  const found = [testing, rejected].find(
    (it) => it !== null && (version === null || version === it.release.name),
  );
  return found?.release ?? null;
}
