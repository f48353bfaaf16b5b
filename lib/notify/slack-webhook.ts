import type { Channel } from './announcement.ts';
import { post } from './post.ts';

/** Slack by an incoming webhook; its address is the secret. Such a webhook cannot reply in a thread. */
export function slackWebhook(url: string): Channel {
  return {
    name: 'Slack',
    send: ({ slackText, identifier }, signal) =>
      post(
        {
          receiver: 'Slack',
          code: 'VILI_SLACK',
          url,
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ text: `[${identifier}] ${slackText}` }),
        },
        signal,
      ),
  };
}
