import { printable } from '../../lib/cli/text/printable.ts';
import { dateTime } from '../../lib/text/times.ts';

const LONGEST = 4000;
/** For every age but the last. */
const UNITS: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

/** Text from outside: without marks that reverse or hide it, and bounded. */
export function shown(text: string): string {
  return printable(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}

/** `2 d 4 h`, `4 min 12 s`, `8 s`: the two largest units. */
export function age(ms: number): string {
  const first = UNITS.findIndex(([size]) => ms >= size);
  if (first < 0) return '0 s';
  const parts = UNITS.slice(first, first + 2).map(([size, unit], at) => {
    const count =
      at === 0 ? Math.floor(ms / size) : Math.floor((ms % (UNITS[first]?.[0] ?? 1)) / size);
    return count === 0 && at > 0 ? '' : `${count} ${unit}`;
  });
  return parts.filter((part) => part !== '').join(' ');
}

/** In the viewer's zone: the time alone for today, else with the day. */
export function localTime(iso: string, nowMs = Date.now()): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const time = at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const isToday = at.toDateString() === new Date(nowMs).toDateString();
  if (isToday) return time;
  return `${at.toLocaleDateString([], { day: 'numeric', month: 'short', year: 'numeric' })} ${time}`;
}

/** The same in UTC. */
export function utc(iso: string): string {
  return `${dateTime(iso)} (UTC)`;
}

/** `1.4.2` of `inventory-1.4.2`. */
export function numberOf(identifier: string, version: string): string {
  const prefix = `${identifier}-`;
  const number = version.startsWith(prefix) ? version.slice(prefix.length) : version;
  return shown(number.replace(/\.d$/, ''));
}

/** A sentence with its full stop and a capital letter. */
export function sentence(text: string): string {
  const clean = shown(text);
  const ended = /[.!?…]$/.test(clean) ? clean : `${clean}.`;
  // A number keeps its sign when the line ends there.
  const whole = ended.replace(/(\d) %/g, '$1\u00a0%');
  // The name of a version, or of an endpoint, stays as it is.
  return /^[a-z]+[ ,.:']/.test(whole) ? `${whole[0]?.toUpperCase()}${whole.slice(1)}` : whole;
}
