import type { Values } from '../schema.ts';
import { type Finding, warningIf } from './finding.ts';

const NO_DASHBOARD = 'has no effect: there is no dashboard yet';

/** What tells people elsewhere is useless without its other half. */
export function slackRules(values: Values): Finding[] {
  const isLoggingOn = values.whydah_uri !== '';
  const missing = ['whydah_application_id', 'whydah_application_secret'].filter(
    (key) => values[key as 'whydah_application_id' | 'whydah_application_secret'] === '',
  );
  return [
    ...warningIf(
      values.slack_channel !== '' && values.entraos_api_uri === '',
      'slack_channel',
      'has no effect without entraos_api_uri',
    ),
    ...warningIf(
      isLoggingOn && missing.length > 0,
      'whydah_uri',
      `has no effect without ${missing.join(' and ')}`,
    ),
  ];
}

/** Keys that are known, so that files which have them stay valid, but that nothing obeys. */
export function withoutEffect(values: Values): Finding[] {
  return [
    ...warningIf(
      values.scheme === 'https',
      'scheme',
      'has no effect: the service is spoken to in plain HTTP',
    ),
    ...warningIf(
      values.manualcontrol,
      'manualcontrol',
      'has no effect: use `vili promote` and `vili reject`',
    ),
    ...warningIf(values.admin.listen !== null, 'admin.listen', NO_DASHBOARD),
    ...warningIf(values.admin.token !== '', 'admin.token', NO_DASHBOARD),
  ];
}
