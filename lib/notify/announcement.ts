import type { HistoryEvent } from '../model/history.ts';
import type { Reason } from '../model/reason.ts';

const URGENT: ReadonlySet<Occasion> = new Set(['crashed', 'rolled-back']);

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
  const texts: Record<Occasion, string | null> = {
    starting: `:heart: Vili starting on host: ${host}.`,
    started: `:white_check_mark: Vili started initial services on host: ${host}, with running version ${version}.`,
    testing: `:mailbox_with_mail: :clock12: New version found, downloaded and deployed, running version is: ${running}, starting to test version ${version}.`,
    switching: `:hourglass: Vili started switching to new version host: ${host}, from version ${running} to ${version}.`,
    promoted: `:white_check_mark:  Vili switch to new version complete on host: ${host}, version ${version}.`,
    restarted: `:recycle: Vili restarted ${version} on host: ${host}.`,
    rejected: `:x: Vili rejected version ${version} on host: ${host}. ${why}`,
    superseded: `:fast_forward: Vili stopped testing ${version} on host: ${host}. ${why}`,
    refused: `:warning: Vili refused ${version} on host: ${host}. ${why}`,
    delayed: `:hourglass: Vili waits with ${version} on host: ${host}. ${why}`,
    crashed: `:sos: <!channel> ${version} ended by itself on host: ${host}. ${why}`,
    'rolled-back': `:sos: <!channel> Vili went back from ${version} to ${running} on host: ${host}. ${why}`,
    paused: `:double_vertical_bar: Vili is paused on host: ${host}, running version is ${running}. ${why}`,
    resumed: `:arrow_forward: Vili is resumed on host: ${host}, running version is ${running}. ${why}`,
    arrived: null,
    archived: null,
    restored: null,
    deleted: null,
    adopted: null,
    accepted: null,
  };
  const text = texts[event];
  return text === null ? null : { text, urgent: URGENT.has(event) };
}
