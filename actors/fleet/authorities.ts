import type { Settings } from '../../config/settings.ts';
import { type Authorities, readAuthorities } from '../../lib/runtime/net/authorities.ts';
import { counted } from '../../lib/text/numbers.ts';

/** The bundle of all authorities of a system is a quarter of this. */
const CA_MAX_BYTES = 1_048_576;

type FleetSettings = Pick<Settings['fleet'], 'endpoints' | 'ca'>;

/**
 * Who vouches for etcd; null: those that Node.js trusts. Reads `fleet.ca`.
 * @throws ViliError VILI_FLEET_CA when that file is unreadable, larger than 1 MiB or no certificate.
 */
export function fleetAuthorities({ ca }: FleetSettings): Authorities | null {
  if (ca === '') return null;
  return readAuthorities({
    name: 'fleet.ca',
    file: ca,
    maxBytes: CA_MAX_BYTES,
    code: 'VILI_FLEET_CA',
  });
}

/** For people: whether this host decides with others, and whom it believes. Throws as `fleetAuthorities`. */
export function fleetText(fleet: FleetSettings): string {
  const { endpoints, ca } = fleet;
  if (endpoints.length === 0) return 'off, this host decides alone';
  const found = fleetAuthorities(fleet);
  const trust =
    found === null ? '' : `, checked against ${ca}, which is valid until ${found.validUntil}`;
  return `on, by ${counted(endpoints.length, 'endpoint')} of etcd${trust}`;
}
