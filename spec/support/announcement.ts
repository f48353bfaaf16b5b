import type { Announcement, Channel } from '../../lib/notify/announcement.ts';

/** An announcement of a rejection, with what is given in place of its own. */
export function announcement(own: Partial<Announcement> = {}): Announcement {
  return {
    id: '8f14e45f-ceea-467f-a0e6-b1d2f7b1c001',
    at: '2026-01-06T23:55:00.000Z',
    event: 'rejected',
    version: 'shop-1.1.0',
    running: 'shop-1.0.0',
    reasons: [
      {
        code: 'errors',
        endpoint: 'GET /orders/{id}',
        text: 'GET /orders/{id}: 8 of 21 failed.',
        observed: 0.38,
        limit: 0.02,
        samples: ['dee5446f'],
      },
    ],
    host: 'vm',
    identifier: 'shop',
    text: 'Vili rejected version shop-1.1.0 on host: vm. GET /orders/{id}: 8 of 21 failed.',
    slackText: ':x: all is well',
    next: 'vili why shop-1.1.0',
    urgent: false,
    ...own,
  };
}

/** `sent`, or the message of the error with which a channel did not take an announcement. */
export function outcomeOf(channel: Channel): Promise<string> {
  return channel.send(announcement(), new AbortController().signal).then(
    () => 'sent',
    (error: Error) => error.message,
  );
}
