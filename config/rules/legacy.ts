import type { SchemaSettings } from '../schema.ts';
import { type Finding, warningIf } from './finding.ts';

const NO_DASHBOARD = 'has no effect: there is no dashboard yet';

/** Keys that stay known, so that files with them stay valid, but that nothing reads. */
export function withoutEffect({ scheme, manualcontrol, admin }: SchemaSettings): Finding[] {
  return [
    ...warningIf(
      scheme === 'https',
      'scheme',
      'has no effect: Vili connects to the service in plain HTTP',
    ),
    ...warningIf(
      manualcontrol,
      'manualcontrol',
      'has no effect: use `vili promote` and `vili reject`',
    ),
    ...warningIf(admin.listen !== null, 'admin.listen', NO_DASHBOARD),
    ...warningIf(admin.token !== '', 'admin.token', NO_DASHBOARD),
  ];
}
