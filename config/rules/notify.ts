import type { SchemaSettings } from '../schema.ts';
import { type Finding, warningIf } from './finding.ts';

/** A setting of a channel to people that is useless without its counterpart. */
export function notifyRules(settings: SchemaSettings): Finding[] {
  const { slackChannel, entraosApiUri, whydahUri, webhook } = settings;
  const missing = [
    ...(settings.whydahApplicationId === '' ? ['whydah_application_id'] : []),
    ...(settings.whydahApplicationSecret === '' ? ['whydah_application_secret'] : []),
  ];
  return [
    ...warningIf(
      webhook.secret !== '' && webhook.url === '',
      'webhook.secret',
      'has no effect without webhook.url',
    ),
    ...warningIf(
      slackChannel !== '' && entraosApiUri === '',
      'slack_channel',
      'has no effect without entraos_api_uri',
    ),
    ...warningIf(
      whydahUri !== '' && missing.length > 0,
      'whydah_uri',
      `has no effect without ${missing.join(' and ')}`,
    ),
  ];
}
