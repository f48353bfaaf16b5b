import { hostname } from 'node:os';
import type { Settings } from '../../config/settings.ts';
import { announcementOf, type Channel } from '../../lib/notify/announcement.ts';
import { entraosSlack } from '../../lib/notify/entraos-slack.ts';
import type { Services } from '../app/services.ts';
import type { NotifierDeps } from '../notifier-actor.ts';

const WAITING_MAX = 100;
const RETRY_MS = 2000;

export function notifierDeps(services: Services): NotifierDeps {
  return {
    channels: channelsOf(services.settings),
    announce: (message) => announcementOf(message, hostname()),
    waitingMax: WAITING_MAX,
    retryMs: RETRY_MS,
    journal: services.journal,
  };
}

// Private

/** Slack needs all of its addresses; without them Vili stays quiet, as it always did. */
function channelsOf(settings: Settings): readonly Channel[] {
  const { slackChannel, entraosApiUri, whydahUri, appIcon, envIcon, env, identifier } = settings;
  if (slackChannel === '' || entraosApiUri === '' || whydahUri === '') return [];
  const prefix = `${appIcon}[${envIcon}${env}-${identifier}]`;
  return [
    entraosSlack({
      slackChannel,
      entraosApiUri,
      whydahUri,
      applicationId: settings.whydahApplicationId,
      applicationName: settings.whydahApplicationName,
      applicationSecret: settings.whydahApplicationSecret,
      prefix,
    }),
  ];
}
