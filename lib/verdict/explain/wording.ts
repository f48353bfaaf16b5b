const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** `1,204`: digits in groups, whatever the locale of the machine. */
export function grouped(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${Math.round(count) === 1 ? '' : 's'}`;
}

/** `0.4 %`: two digits that say something, also for small shares. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0) return '0 %';
  const digits = value >= 10 ? 0 : value >= 0.095 ? 1 : 2;
  return `${value.toFixed(digits).replace(/\.0$/, '')} %`;
}

/** `31 ms`, `1.5 ms`. */
export function milliseconds(ms: number): string {
  return ms >= 10 ? `${grouped(ms)} ms` : `${ms.toFixed(1).replace(/\.0$/, '')} ms`;
}

export function oddsOf(value: number): string {
  if (value >= 1e6) return 'more than a million to 1';
  return value >= 9.5 ? `${grouped(value)} to 1` : `${value.toFixed(1).replace(/\.0$/, '')} to 1`;
}

/** `97.5 % confidence`: what is left when a claim is wrong with at most this probability. */
export function confidenceOf(alpha: number): string {
  return `${Number((100 * (1 - alpha)).toFixed(1))} % confidence`;
}

/** `3 more minutes`: rounded up, so that it is never promised too early. */
export function durationOf(ms: number, more = false): string {
  const noun = (count: number, unit: string): string =>
    `${grouped(count)} ${more ? 'more ' : ''}${unit}${count === 1 ? '' : 's'}`;
  if (ms <= 90_000) return noun(Math.max(1, Math.ceil(ms / 1000)), 'second');
  if (ms <= 90 * MINUTE_MS) return noun(Math.ceil(ms / MINUTE_MS), 'minute');
  return noun(Math.ceil(ms / HOUR_MS), 'hour');
}

/** Cuts a text for a sentence and keeps it on one line. */
export function shortened(text: string, max = 100): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length <= max ? line : `${line.slice(0, max - 1)}…`;
}

const MESSAGE = /"(?:message|msg|@message|short_message|rendered)"\s*:\s*"((?:[^"\\]|\\.)*)/;

/** What a log line says: its message where the line is JSON, which may be cut anywhere. */
export function messageIn(line: string, max = 100): string {
  const [, message] = MESSAGE.exec(line) ?? [];
  if (message === undefined) return shortened(line, max);
  return shortened(message.replaceAll(/\\[nrt]/g, ' ').replaceAll(/\\(.)/g, '$1'), max);
}
