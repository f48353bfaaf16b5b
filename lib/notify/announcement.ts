import type { HistoryEvent } from '../model/history.ts';
import type { Reason } from '../model/reason.ts';
import { escapeMarkup } from './escape.ts';

const URGENT: ReadonlySet<Occasion> = new Set(['crashed', 'rolled-back']);

/** A message for people: what happened to which version, why, and what to do next. */
export interface Announcement {
  /** The same in every attempt and on every channel, so that a receiver knows what it has already. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly event: Occasion;
  /** Empty for what concerns Vili itself. */
  readonly version: string;
  /** The version that users had at that moment. */
  readonly running: string | null;
  readonly reasons: readonly Reason[];
  readonly host: string;
  readonly identifier: string;
  /** In one or more sentences, without markup. */
  readonly text: string;
  /** The same for Slack: its emoji, and nothing that a service said is markup. */
  readonly slackText: string;
  /** The command to go on with; null where nothing is to be done. */
  readonly next: string | null;
  /** Somebody has to act now. */
  readonly urgent: boolean;
}

/** A way to reach people. `send` rejects when the message was not delivered, and must end when the signal aborts. */
export interface Channel {
  /** For people, in logs: `webhook`. One of a kind. */
  readonly name: string;
  send(announcement: Announcement, signal: AbortSignal): Promise<void>;
}

/** Events that people are notified of: those of the history, two steps too short-lived for it, and a test of the channels. */
export type Occasion = HistoryEvent | 'starting' | 'switching' | 'test';

export interface Notification {
  readonly event: Occasion;
  readonly version: string;
  readonly reasons: readonly Reason[];
  readonly running: string | null;
}

/** Where and when it is announced. */
export interface Sender {
  readonly host: string;
  readonly identifier: string;
  /** The time of day. */
  readonly nowMs: number;
  readonly id: string;
}

/** Null for events that need no message. */
export function announcementOf(notification: Notification, sender: Sender): Announcement | null {
  const { event, version, running, reasons } = notification;
  const { host, identifier, nowMs, id } = sender;
  const next = nextCommand(event, version);
  const plain = saying(notification, host, String);
  // So that nothing a service or a file says calls a whole channel or leads elsewhere.
  const slack = saying(notification, host, escapeMarkup);
  if (plain === null || slack === null) return null;
  const urgent = URGENT.has(event);
  const call = urgent ? '<!channel> ' : '';
  // The words that people's workflows match stay as they are, to their end.
  const ending = next === null || WORDS_OF_GO.has(event) ? '' : ` Next: \`${escapeMarkup(next)}\``;
  return {
    id,
    at: new Date(nowMs).toISOString(),
    event,
    version,
    running,
    reasons,
    host,
    identifier,
    text: plain.sentence,
    slackText: `${slack.emoji} ${call}${slack.sentence}${ending}`,
    next,
    urgent,
  };
}

// Private

const WORDS_OF_GO: ReadonlySet<Occasion> = new Set([
  'starting',
  'started',
  'testing',
  'switching',
  'promoted',
]);

/**
 * The messages of the Go program, word for word where people's Slack workflows match on them, and new
 * ones in the same style for events that it did not report.
 */
function saying(
  { event, version: name, running: served, reasons }: Notification,
  host: string,
  escape: (text: string) => string,
): { readonly emoji: string; readonly sentence: string } | null {
  const version = escape(name);
  const running = escape(String(served));
  const why = reasons.map((reason) => escape(reason.text)).join(' ');
  const sayings: Record<Occasion, readonly [emoji: string, sentence: string] | null> = {
    starting: [':heart:', `Vili starting on host: ${host}.`],
    started: [
      ':white_check_mark:',
      `Vili started initial services on host: ${host}, with running version ${version}.`,
    ],
    testing: [
      ':mailbox_with_mail: :clock12:',
      `New version found, downloaded and deployed, running version is: ${running}, starting to test version ${version}.`,
    ],
    switching: [
      ':hourglass:',
      `Vili started switching to new version host: ${host}, from version ${running} to ${version}.`,
    ],
    // Two spaces, as there.
    promoted: [
      ':white_check_mark: ',
      `Vili switch to new version complete on host: ${host}, version ${version}.`,
    ],
    stepped: [':chart_with_upwards_trend:', `${version} has users on host: ${host}. ${why}`],
    restarted: [':recycle:', `Vili restarted ${version} on host: ${host}.`],
    rejected: [':x:', `Vili rejected version ${version} on host: ${host}. ${why}`],
    superseded: [':fast_forward:', `Vili stopped testing ${version} on host: ${host}. ${why}`],
    refused: [':warning:', `Vili refused ${version} on host: ${host}. ${why}`],
    delayed: [':hourglass:', `Vili waits with ${version} on host: ${host}. ${why}`],
    crashed: [':sos:', `${version} ended by itself on host: ${host}. ${why}`],
    'rolled-back': [
      ':sos:',
      `Vili went back from ${version} to ${running} on host: ${host}. ${why}`,
    ],
    paused: [
      ':double_vertical_bar:',
      `Vili is paused on host: ${host}, running version is ${running}. ${why}`,
    ],
    resumed: [
      ':arrow_forward:',
      `Vili is resumed on host: ${host}, running version is ${running}. ${why}`,
    ],
    fleet: [':satellite:', `The fleet of ${host}: ${why}`],
    test: [':bell:', `This is a test of the notifications of Vili on host: ${host}. ${why}`],
    stopped: [':octagonal_sign:', `Vili stops on host: ${host}, and ${running} with it. ${why}`],
    arrived: null,
    archived: null,
    restored: null,
    deleted: null,
    adopted: null,
    accepted: null,
    replayed: null,
    ignored: null,
  };
  const found = sayings[event];
  return found && { emoji: found[0], sentence: found[1].trimEnd() };
}

function nextCommand(event: Occasion, version: string): string | null {
  switch (event) {
    case 'rejected':
    case 'rolled-back':
      return `vili why ${version}`;
    case 'superseded':
      return `vili retest ${version}`;
    case 'promoted':
    case 'stepped':
    case 'testing':
    case 'delayed':
    case 'crashed':
      return 'vili status';
    case 'fleet':
      return 'vili fleet';
    case 'refused':
      return 'vili history';
    case 'paused':
      return 'vili resume';
    default:
      return null;
  }
}
