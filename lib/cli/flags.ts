import type { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { parseDuration } from '../text/times.ts';

/** Timers of node count in 32 bits. */
const LONGEST_MS = 24 * 86_400_000;

export interface SettingFlags {
  readonly set?: Readonly<Record<string, string>>;
  readonly port?: string;
}

/** Adds the options that override settings. */
export function withSettings(command: Command): Command {
  return command
    .option('--set <key=value>', 'override a setting; repeatable', addSetting)
    .option('--port <port>', 'port for users, short for --set port=...');
}

/** The settings by dotted key, unchecked. */
export function settingsOf({ set = {}, port }: SettingFlags): Readonly<Record<string, string>> {
  return port === undefined ? set : { ...set, port };
}

/** A whole number from 1, for `--limit`. */
export function countOf(text: string): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count < 1) throw new UsageError(`"${text}" must be a whole number from 1`);
  return count;
}

/** Milliseconds, more than none and at most what a timer can wait for. */
export function durationOf(text: string): number {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0 && ms <= LONGEST_MS) return ms;
  throw new UsageError(`"${text}" must be a duration of 1ms to 24d, such as 90s, 30m or 2h`);
}

// Private

function addSetting(
  text: string,
  settings: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  const key = text.slice(0, Math.max(at, 0)).trim();
  if (key === '') {
    throw new UsageError(`--set takes key=value, as in probation=5m, not "${text}"`);
  }
  return { ...settings, [key]: text.slice(at + 1) };
}
