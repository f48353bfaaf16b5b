import type { Channel } from './announcement.ts';
import { command } from './command.ts';
import { entraosSlack } from './entraos-slack.ts';
import { mail } from './mail.ts';
import { slackWebhook } from './slack-webhook.ts';
import { webhook } from './webhook.ts';

export interface ChannelSettings {
  readonly base: string;
  readonly identifier: string;
  readonly slack: { readonly webhook: string };
  readonly webhook: { readonly url: string; readonly secret: string };
  readonly notify: { readonly command: string };
  readonly mail: {
    readonly to: readonly string[];
    readonly from: string;
    readonly sendmail: string;
  };
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

/** The ways to reach people that are set. Slack by EntraOS needs all of its addresses. */
export function channelsOf(settings: ChannelSettings): readonly Channel[] {
  const { base, slack, notify } = settings;
  const { url, secret } = settings.webhook;
  return [
    ...entraosOf(settings),
    ...(slack.webhook === '' ? [] : [slackWebhook(slack.webhook)]),
    ...(url === '' ? [] : [webhook({ url, secret, now: Date.now })]),
    ...(notify.command === '' ? [] : [command(notify.command, base)]),
    ...(settings.mail.to.length === 0 ? [] : [mail({ ...settings.mail, folder: base })]),
  ];
}

// Private

function entraosOf(settings: ChannelSettings): readonly Channel[] {
  const { slackChannel, entraosApiUri, whydahUri, appIcon, envIcon, env, identifier } = settings;
  if (slackChannel === '' || entraosApiUri === '' || whydahUri === '') return [];
  const slack = entraosSlack({
    slackChannel,
    entraosApiUri,
    whydahUri,
    applicationId: settings.whydahApplicationId,
    applicationName: settings.whydahApplicationName,
    applicationSecret: settings.whydahApplicationSecret,
    prefix: `${appIcon}[${envIcon}${env}-${identifier}]`,
  });
  return [slack];
}
