import { withoutHiddenMarks } from '../../text/hidden.ts';
import { grouped } from '../../text/numbers.ts';

export function oddsOf(value: number): string {
  if (value >= 1e6) return 'more than a million to 1';
  return value >= 9.5 ? `${grouped(value)} to 1` : `${value.toFixed(1).replace(/\.0$/, '')} to 1`;
}

/** `97.5 % confidence`: what is left when a claim is wrong with at most this probability. */
export function confidenceOf(alpha: number): string {
  return `${Number((100 * (1 - alpha)).toFixed(1))} % confidence`;
}

/** `worse in 3 and better in 2`: what never happened is left out. Empty when neither did. */
export function worseAndBetter(worse: number, better: number): string {
  const parts = [
    ...(worse > 0 ? [`worse in ${grouped(worse)}`] : []),
    ...(better > 0 ? [`better in ${grouped(better)}`] : []),
  ];
  return parts.join(' and ');
}

/** `in 3`, or `in none`. */
export function inSoMany(count: number): string {
  return count > 0 ? `in ${grouped(count)}` : 'in none';
}

/** Cuts a text for a sentence and keeps it on one line. */
export function shortened(text: string, max = 100): string {
  const line = withoutHiddenMarks(text)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return line.length <= max ? line : `${line.slice(0, max - 1)}…`;
}

const MESSAGE = /"(?:message|msg|@message|short_message|rendered)"\s*:\s*"((?:[^"\\]|\\.)*)/;

/** What a log line says: its message where the line is JSON, which may be cut anywhere. */
export function messageIn(line: string, max = 100): string {
  const [, message] = MESSAGE.exec(line) ?? [];
  if (message === undefined) return shortened(line, max);
  return shortened(message.replaceAll(/\\[nrt]/g, ' ').replaceAll(/\\(.)/g, '$1'), max);
}
