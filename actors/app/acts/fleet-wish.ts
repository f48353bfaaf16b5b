import { ConflictError } from '../../../lib/errors.ts';
import type { ActResult, FleetRequest } from '../../../lib/operator/api/handlers.ts';
import { versionNamed } from '../../../lib/operator/views/version-named.ts';
import type { FleetMessage, FleetReply } from '../../fleet/messages.ts';
import { knownVersions } from '../evidence-views.ts';
import type { Services } from '../services.ts';

/** Etcd has several endpoints to fail. */
const WISH_TIMEOUT_MS = 12_000;

/** What a person asks of all hosts. Throws ConflictError when it is not possible now. */
export async function wishOfFleet(services: Services, request: FleetRequest): Promise<ActResult> {
  const { settings, system, addresses, journal } = services;
  const { act: kind, by, reason = '' } = request;
  if (settings.fleet.endpoints.length === 0) {
    throw new ConflictError('this host decides alone: fleet.endpoints is not set');
  }
  const version =
    request.version === undefined
      ? null
      : versionNamed(settings.identifier, request.version, await knownVersions(services));
  const wish = { kind, version, by, reason };
  const reply = await system.ask<FleetMessage, FleetReply>(
    addresses.fleet,
    (to) => ({ type: 'wish', wish, reply: to }),
    WISH_TIMEOUT_MS,
  );
  journal.notice(`${by} asked the fleet for ${kind} ${version ?? ''}: ${reply.text}`, {});
  if (!reply.done) throw new ConflictError(reply.text);
  return { version: reply.version, effect: reply.text };
}
