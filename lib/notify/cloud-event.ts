import type { Announcement } from './announcement.ts';

/** CloudEvents 1.0 in structured JSON, https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md */
export const CLOUD_EVENT_TYPE = 'application/cloudevents+json; charset=utf-8';

/** What webhooks and commands get. `type` is `vili.` and the event of the history: `vili.rolled-back`. */
export function cloudEventOf(announcement: Announcement): string {
  const { id, at, event, version, running, reasons, host, identifier, text, next, urgent } =
    announcement;
  return JSON.stringify({
    specversion: '1.0',
    id,
    source: `/vili/${encodeURIComponent(host)}/${encodeURIComponent(identifier)}`,
    type: `vili.${event}`,
    ...(version !== '' && { subject: version }),
    time: at,
    datacontenttype: 'application/json',
    data: {
      event,
      version: version || null,
      running,
      identifier,
      host,
      text,
      next,
      urgent,
      reasons,
    },
  });
}
