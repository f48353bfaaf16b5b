import { createHmac } from 'node:crypto';
import type { Channel } from './announcement.ts';
import { CLOUD_EVENT_TYPE, cloudEventOf } from './cloud-event.ts';
import { post } from './post.ts';

export interface WebhookSettings {
  readonly url: string;
  /** Empty: messages are not signed. */
  readonly secret: string;
  readonly now: () => number;
}

/** POSTs a CloudEvent, signed by `Vili-Signature` where there is a secret. */
export function webhook({ url, secret, now }: WebhookSettings): Channel {
  return {
    name: 'webhook',
    send: (announcement, signal) => {
      const body = cloudEventOf(announcement);
      const signature = secret === '' ? {} : { 'Vili-Signature': signatureOf(body, secret, now()) };
      const headers = { 'Content-Type': CLOUD_EVENT_TYPE, ...signature };
      return post({ receiver: 'the webhook', code: 'VILI_WEBHOOK', url, headers, body }, signal);
    },
  };
}

/**
 * `t=SECONDS,v1=HEX`: HMAC-SHA256 by the secret over `SECONDS.BODY`. A receiver refuses what is older than a few minutes,
 * so that nobody sends it a second time.
 */
export function signatureOf(body: string, secret: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  const sum = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${sum}`;
}
