import type { HistoryEvent } from '../model/history.ts';
import type { Reason } from '../model/reason.ts';

/** A message for people. `urgent`: somebody has to act now. */
export interface Announcement {
  readonly text: string;
  readonly urgent: boolean;
}

/** A way to reach people. `send` rejects when the message was not delivered, and must end when the signal aborts. */
export interface Channel {
  send(announcement: Announcement, signal: AbortSignal): Promise<void>;
}

/** Events that people are notified of: those of the history, and two steps too short-lived for it. */
export type Occasion = HistoryEvent | 'starting' | 'switching';

export interface Notification {
  readonly event: Occasion;
  readonly version: string;
  readonly reasons: readonly Reason[];
  readonly running: string | null;
}

/**
 * The messages of the Go program, word for word where people's Slack workflows match on them, and new
 * ones in the same style for events that it did not report. Null for events that need no message.
 */
export function announcementOf(notification: Notification, host: string): Announcement | null {
  const { event, version, running } = notification;
  const why = notification.reasons.map((reason) => reason.text).join(' ');
  switch (event) {
    case 'starting':
      return calm(`:heart: Vili starting on host: ${host}.`);
    case 'switching':
      return calm(
        `:hourglass: Vili started switching to new version host: ${host}, from version ${running} to ${version}.`,
      );
    case 'started':
      return calm(
        `:white_check_mark: Vili started initial services on host: ${host}, with running version ${version}.`,
      );
    case 'testing':
      return calm(
        `:mailbox_with_mail: :clock12: New version found, downloaded and deployed, running version is: ${running}, starting to test version ${version}.`,
      );
    case 'promoted':
      return calm(
        `:white_check_mark:  Vili switch to new version complete on host: ${host}, version ${version}.`,
      );
    case 'restarted':
      return calm(`:recycle: Vili restarted ${version} on host: ${host}.`);
    case 'rejected':
      return calm(`:x: Vili rejected version ${version} on host: ${host}. ${why}`);
    case 'refused':
      return calm(`:warning: Vili refused ${version} on host: ${host}. ${why}`);
    case 'crashed':
      return urgent(`:sos: <!channel> ${version} ended by itself on host: ${host}. ${why}`);
    case 'rolled-back':
      return urgent(
        `:sos: <!channel> Vili went back from ${version} to ${running} on host: ${host}. ${why}`,
      );
    case 'arrived':
    case 'archived':
    case 'deleted':
    case 'adopted':
      return null;
  }
}

// Private

function calm(text: string): Announcement {
  return { text, urgent: false };
}

function urgent(text: string): Announcement {
  return { text, urgent: true };
}
