import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { slackWebhook } from '../../../lib/notify/slack-webhook.ts';
import { webhook } from '../../../lib/notify/webhook.ts';
import { announcement, outcomeOf } from '../../support/announcement.ts';
import { withReceiver } from '../../support/receiver.ts';

const NOW_MS = Date.UTC(2026, 0, 6);
const never = new AbortController().signal;

describe('A webhook', () => {
  it('gets a CloudEvent with the reasons and their numbers, and what to do next', () =>
    withReceiver([], async (url, received) => {
      await webhook({ url: `${url}/in`, secret: '', now: () => NOW_MS }).send(
        announcement(),
        never,
      );
      const [post] = received;
      expect(post?.path).to.equal('/in');
      expect(post?.headers['content-type']).to.equal('application/cloudevents+json; charset=utf-8');
      expect(post?.headers).to.not.have.property('vili-signature');
      expect(JSON.parse(post?.body ?? '')).to.deep.equal({
        specversion: '1.0',
        id: announcement().id,
        source: '/vili/vm/shop',
        type: 'vili.rejected',
        subject: 'shop-1.1.0',
        time: '2026-01-06T23:55:00.000Z',
        datacontenttype: 'application/json',
        data: {
          event: 'rejected',
          version: 'shop-1.1.0',
          running: 'shop-1.0.0',
          identifier: 'shop',
          host: 'vm',
          text: announcement().text,
          next: 'vili why shop-1.1.0',
          urgent: false,
          reasons: announcement().reasons,
        },
      });
    }));

  it('can tell by the signature who sent a message, and when', () =>
    withReceiver([], async (url, received) => {
      await webhook({ url, secret: 's3cret', now: () => NOW_MS }).send(announcement(), never);
      const [post] = received;
      const signed = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(post?.headers['vili-signature']));
      expect(Number(signed?.[1]) * 1000).to.equal(NOW_MS);
      const sum = createHmac('sha256', 's3cret').update(`${signed?.[1]}.${post?.body}`);
      expect(signed?.[2]).to.equal(sum.digest('hex'));
    }));

  it('is not followed elsewhere, and its address, which may be a secret, is not told', () =>
    withReceiver([307, 500], async (url, received) => {
      const hook = webhook({ url: `${url}/t0ken`, secret: '', now: () => NOW_MS });
      expect(await outcomeOf(hook)).to.equal('the webhook responded with 307');
      expect(await outcomeOf(hook)).to.equal('the webhook responded with 500');
      expect(received.map(({ path }) => path)).to.deep.equal(['/t0ken', '/t0ken']);
      const gone = webhook({ url: 'http://127.0.0.1:1/t0ken', secret: '', now: () => NOW_MS });
      expect(await outcomeOf(gone)).to.match(/^the webhook cannot be reached: /);
      expect(await outcomeOf(gone)).to.not.contain('t0ken');
    }));
});

describe('An incoming webhook of Slack', () => {
  it('gets the text of Slack, with the service it is about', () =>
    withReceiver([], async (url, received) => {
      await slackWebhook(`${url}/services/T/B/x`).send(announcement(), never);
      expect(received[0]?.path).to.equal('/services/T/B/x');
      expect(JSON.parse(received[0]?.body ?? '')).to.deep.equal({ text: '[shop] :x: all is well' });
    }));
});
