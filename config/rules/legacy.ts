import type { SchemaSettings } from '../schema.ts';
import { type Finding, warningIf } from './finding.ts';

/** Keys that stay known, so that files with them stay valid, but that nothing reads. */
export function withoutEffect({ manualcontrol }: SchemaSettings): Finding[] {
  return [
    ...warningIf(
      manualcontrol,
      'manualcontrol',
      'has no effect: use `vili promote` and `vili reject`',
    ),
  ];
}
