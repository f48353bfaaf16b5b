import { hostname } from 'node:os';
import type { Settings } from '../../../config/settings.ts';

/** What several hosts call themselves together, and this one among them. */
export function fleetNames({ fleet, identifier }: Settings): {
  readonly fleet: string;
  readonly host: string;
} {
  return { fleet: fleet.name || identifier, host: fleet.host || hostname() };
}
