import { createHash } from 'node:crypto';
import type { HistoryEntry } from '../../model/history.ts';

/** Of the SHA-256, hex: two different events of one millisecond have different ids. */
const HASH_DIGITS = 12;
const ID = /^(\d{1,16})-[0-9a-f]{12}$/;

/** An entry of the history as live events send it. */
export interface EventView extends HistoryEntry {
  /** Made of the entry alone, so that it is the same after a restart of Vili. */
  readonly id: string;
}

/** Sent in place of events between `gapAfter` and the next one that nobody knows any more. */
export interface EventGap {
  readonly gapAfter: string;
}

export function eventOf(entry: HistoryEntry): EventView {
  const { at, event, version, by, reasons } = entry;
  const content = JSON.stringify([at, event, version, by, reasons]);
  const hash = createHash('sha256').update(content).digest('hex').slice(0, HASH_DIGITS);
  return { id: `${Math.max(0, Date.parse(at) || 0)}-${hash}`, ...entry };
}

/** When the event with this id happened, ms since the epoch; null for what is no id. */
export function timeOfEvent(id: string): number | null {
  const time = ID.exec(id)?.[1];
  return time === undefined ? null : Number(time);
}

/**
 * The events that follow the one with this id; `isWhole` is false when that one is not among them, and those that
 * happened later stand in.
 */
export function eventsAfter(
  events: readonly EventView[],
  id: string,
): { readonly events: readonly EventView[]; readonly isWhole: boolean } {
  const at = events.findLastIndex((event) => event.id === id);
  if (at >= 0) return { events: events.slice(at + 1), isWhole: true };
  const sinceMs = timeOfEvent(id) ?? 0;
  return { events: events.filter((event) => Date.parse(event.at) > sinceMs), isWhole: false };
}
