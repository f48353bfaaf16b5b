import { ViliError } from '../errors.ts';
import type { Announcement, Channel } from './announcement.ts';
import { escapeMarkup } from './escape.ts';
import { bounded } from './post.ts';

const REPLY_MAX_CHARACTERS = 64 * 1024;

export interface EntraosSettings {
  readonly slackChannel: string;
  readonly entraosApiUri: string;
  readonly whydahUri: string;
  readonly applicationId: string;
  readonly applicationName: string;
  readonly applicationSecret: string;
  /** Precedes every message: `{app_icon}[{env_icon}{env}-{identifier}]`. */
  readonly prefix: string;
}

/**
 * Slack through the EntraOS gateway, as in the Go program: a Whydah application token, then
 * `POST {entraos_api_uri}/slack/api/message`. The token is kept, and fetched again after a 401. The
 * misspelt `recepientId` is the gateway's.
 */
export function entraosSlack(settings: EntraosSettings): Channel {
  let token: string | null = null;
  return {
    name: 'Slack by EntraOS',
    async send(announcement: Announcement, signal: AbortSignal): Promise<void> {
      token ??= await logOn(settings, signal);
      let status = await post(settings, announcement, token, signal);
      if (status === 401) {
        token = await logOn(settings, signal);
        status = await post(settings, announcement, token, signal);
      }
      if (status < 200 || status > 299) {
        throw new ViliError('VILI_SLACK', `the Slack gateway responded with ${status}`);
      }
    },
  };
}

// Private

async function logOn(settings: EntraosSettings, signal: AbortSignal): Promise<string> {
  const { applicationId, applicationName, applicationSecret } = settings;
  const credential =
    '<applicationcredential><params>' +
    `<applicationID>${escapeMarkup(applicationId)}</applicationID>` +
    `<applicationName>${escapeMarkup(applicationName)}</applicationName>` +
    `<applicationSecret>${escapeMarkup(applicationSecret)}</applicationSecret>` +
    '</params></applicationcredential>';
  const response = await fetch(`${settings.whydahUri}/tokenservice/logon`, {
    method: 'POST',
    body: new URLSearchParams({ applicationcredential: credential }),
    signal: bounded(signal),
  });
  const text = (await response.text()).slice(0, REPLY_MAX_CHARACTERS);
  const token = /<applicationtokenID>([^<]+)<\/applicationtokenID>/.exec(text)?.[1];
  if (!response.ok || token === undefined) {
    throw new ViliError('VILI_WHYDAH', `the Whydah log-on responded with ${response.status}`);
  }
  return token.trim();
}

async function post(
  settings: EntraosSettings,
  announcement: Announcement,
  token: string,
  signal: AbortSignal,
): Promise<number> {
  const message = `${settings.prefix} ${announcement.slackText}`;
  const response = await fetch(`${settings.entraosApiUri}/slack/api/message`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify({ recepientId: settings.slackChannel, message, pinned: false }),
    signal: bounded(signal),
  });
  await response.body?.cancel();
  return response.status;
}
