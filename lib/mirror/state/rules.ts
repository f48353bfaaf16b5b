import type { StateMode, StateRule } from '../../model/traffic-rules.ts';

/** The first rule whose path is this path or above it. */
export function modeOf(rules: readonly StateRule[], path: string): StateMode {
  for (const { path: prefix, mode } of rules) {
    if (!path.startsWith(prefix)) continue;
    if (prefix === '' || path.length === prefix.length) return mode;
    if (prefix.endsWith('/') || path[prefix.length] === '/') return mode;
  }
  return 'auto';
}
