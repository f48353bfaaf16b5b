import { UsageError } from '../errors.ts';

/** Collects `--set key=value`; the keys are checked by whoever knows them. */
export function addSetting(
  text: string,
  settings: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const at = text.indexOf('=');
  const key = text.slice(0, Math.max(at, 0)).trim();
  if (key === '') {
    throw new UsageError(`--set takes key=value, as in probation=5m, not "${text}"`);
  }
  return { ...settings, [key]: text.slice(at + 1) };
}

/** A whole number from 1, for `--limit`. */
export function countOf(text: string): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count < 1) throw new UsageError(`"${text}" must be a whole number from 1`);
  return count;
}
