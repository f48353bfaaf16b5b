import type { Channel } from './announcement.ts';
import { type EntraosSettings, entraosSlack } from './entraos-slack.ts';

export interface ChannelSettings {
  readonly identifier: string;
  readonly slackChannel: string;
  readonly entraosApiUri: string;
  readonly whydahUri: string;
  readonly whydahApplicationId: string;
  readonly whydahApplicationName: string;
  readonly whydahApplicationSecret: string;
  readonly appIcon: string;
  readonly envIcon: string;
  readonly env: string;
}

/** The ways to reach people. Slack needs all of its addresses; without them nobody is notified. */
export function channelsOf(settings: ChannelSettings): readonly Channel[] {
  const { slackChannel, entraosApiUri, whydahUri, appIcon, envIcon, env, identifier } = settings;
  if (slackChannel === '' || entraosApiUri === '' || whydahUri === '') return [];
  const slack: EntraosSettings = {
    slackChannel,
    entraosApiUri,
    whydahUri,
    applicationId: settings.whydahApplicationId,
    applicationName: settings.whydahApplicationName,
    applicationSecret: settings.whydahApplicationSecret,
    prefix: `${appIcon}[${envIcon}${env}-${identifier}]`,
  };
  return [entraosSlack(slack)];
}
