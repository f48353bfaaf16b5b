import type { Trap } from '../trap.ts';
import { BODIES } from './bodies.ts';
import { CONNECTIONS } from './connections.ts';
import { FRAMING } from './framing.ts';
import { HEADERS } from './headers.ts';
import { INTERIM } from './interim.ts';
import { LIMITS } from './limits.ts';
import { TARGETS } from './targets.ts';

/** Every call that proxies are known to get wrong, by subject. */
export const SUBJECTS: Readonly<Record<string, readonly Trap[]>> = {
  headers: HEADERS,
  targets: TARGETS,
  bodies: BODIES,
  'interim responses': INTERIM,
  connections: CONNECTIONS,
  limits: LIMITS,
  'framing that two servers could read differently': FRAMING,
};

export const TRAPS: readonly Trap[] = Object.values(SUBJECTS).flat();
