const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MINUTES_PER_DAY = 1440;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const MAX_SPANS = 20;
const SPAN = /^(daily|[a-z]{3})(?:-([a-z]{3}))? (\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)$/i;

/** Times of the week, in one time zone. */
export interface WeeklyWindow {
  readonly spans: readonly Span[];
  /** IANA name, such as `Europe/Oslo`. */
  readonly zone: string;
  /** As it was written, with the zone, for people. */
  readonly text: string;
}

interface Span {
  /** 0 is Sunday; the day on which it opens. */
  readonly days: readonly number[];
  readonly fromMinute: number;
  /** More than a day's minutes where it closes on the day after. */
  readonly toMinute: number;
}

/**
 * Reads `Mon-Thu 08:00-16:00, Fri 08:00-12:00 Europe/Oslo`; without a zone that of the host counts. Returns the rule that
 * is broken, as the end of a sentence, for any other text.
 */
export function parseWindow(written: string, hostZone = zoneOfHost()): WeeklyWindow | string {
  const text = written.trim().replaceAll(/\s+/g, ' ');
  const named = /^(.*\d) ([A-Za-z][\w+/-]{0,59})$/.exec(text);
  const zone = named?.[2] ?? hostZone;
  if (!isZone(zone)) return `has no known time zone "${zone}", such as Europe/Oslo or UTC`;
  const parts = (named?.[1] ?? text).split(/ ?[,;] ?/);
  if (parts.length > MAX_SPANS) return `has more than ${MAX_SPANS} spans`;
  const spans: Span[] = [];
  for (const part of parts) {
    const span = spanOf(part);
    if (typeof span === 'string') return span;
    spans.push(span);
  }
  return { spans, zone, text: `${named?.[1] ?? text} ${zone}` };
}

/** Whether the window is open at this time, ms since the epoch. */
export function isOpenAt(window: WeeklyWindow, atMs: number): boolean {
  const { day, minute } = localTime(window.zone, atMs);
  const before = (day + 6) % 7;
  return window.spans.some(
    ({ days, fromMinute, toMinute }) =>
      (days.includes(day) && minute >= fromMinute && minute < toMinute) ||
      (days.includes(before) && minute + MINUTES_PER_DAY < toMinute),
  );
}

/** When it opens next after this time, ms since the epoch, to the minute. */
export function opensAfter(window: WeeklyWindow, atMs: number): number {
  let next = Number.POSITIVE_INFINITY;
  // A week and a day: today's may be over, and a clock that is moved may skip one.
  for (let ahead = 0; ahead <= 8; ahead++) {
    const { day, midnight } = localTime(window.zone, atMs + ahead * DAY_MS);
    for (const { days, fromMinute } of window.spans) {
      if (!days.includes(day)) continue;
      const opens = instantOf(window.zone, midnight + fromMinute * MINUTE_MS);
      if (opens > atMs) next = Math.min(next, opens);
    }
  }
  return next;
}

// Private

function spanOf(part: string): Span | string {
  const [, first = '', last = first, fromHour, fromMin, toHour, toMin] = SPAN.exec(part) ?? [];
  const days = daysOf(first, last);
  if (days === null) return `has "${part.slice(0, 60)}", which is not like Mon-Thu 08:00-16:00`;
  const fromMinute = 60 * Number(fromHour) + Number(fromMin);
  const toMinute = 60 * Number(toHour) + Number(toMin);
  const isTime = Number(fromMin) < 60 && Number(toMin) < 60 && fromMinute < MINUTES_PER_DAY;
  if (!isTime || toMinute > MINUTES_PER_DAY) return `has no time of day in "${part}"`;
  if (fromMinute === toMinute) return `is open for no time in "${part}"`;
  return { days, fromMinute, toMinute: toMinute + (toMinute < fromMinute ? MINUTES_PER_DAY : 0) };
}

function daysOf(first: string, last: string): readonly number[] | null {
  if (first.toLowerCase() === 'daily') return last === first ? [0, 1, 2, 3, 4, 5, 6] : null;
  const [from, to] = [first, last].map((name) =>
    DAYS.findIndex((day) => day.toLowerCase() === name.toLowerCase()),
  ) as [number, number];
  if (from < 0 || to < 0) return null;
  return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, ahead) => (from + ahead) % 7);
}

function zoneOfHost(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function isZone(zone: string): boolean {
  try {
    formatterOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** Making one takes longer than all that is asked of it. */
let known: { readonly zone: string; readonly format: Intl.DateTimeFormat } | null = null;

function formatterOf(zone: string): Intl.DateTimeFormat {
  if (known?.zone === zone) return known.format;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  known = { zone, format };
  return format;
}

/** What clocks of the zone show; `midnight` is the begin of that day as if it were UTC. */
function localTime(zone: string, atMs: number) {
  const parts = new Map<string, number>();
  for (const { type, value } of formatterOf(zone).formatToParts(atMs)) {
    parts.set(type, Number(value));
  }
  const part = (name: string): number => parts.get(name) ?? 0;
  const midnight = Date.UTC(part('year'), part('month') - 1, part('day'));
  return {
    day: new Date(midnight).getUTCDay(),
    minute: 60 * part('hour') + part('minute'),
    midnight,
  };
}

/** The time at which clocks of the zone show this, written as if it were UTC. */
function instantOf(zone: string, shown: number): number {
  let at = shown;
  // The second time for a clock that is moved in between.
  for (let round = 0; round < 2; round++) {
    const { midnight, minute } = localTime(zone, at);
    at += shown - (midnight + minute * MINUTE_MS);
  }
  return at;
}
