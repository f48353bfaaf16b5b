import { ViliError } from '../../errors.ts';

const SHOWN_CHARACTERS = 60;

/** Readers of data that was JSON and may be anything; each throws a ViliError naming place, value and rule. */
export interface CheckedReaders {
  readonly record: (data: unknown, where: string) => Record<string, unknown>;
  readonly list: (data: unknown, where: string, most: number) => readonly unknown[];
  /** A finite number, by default of at least 0. */
  readonly number: (data: unknown, where: string, least?: number, most?: number) => number;
  /** The error, for rules that only the caller knows. */
  readonly invalid: (where: string, value: unknown, rule: string) => ViliError;
}

/** Readers whose errors have this code and begin with what is read. */
export function checkedReaders(code: string, what: string): CheckedReaders {
  const invalid = (where: string, value: unknown, rule: string): ViliError => {
    const text = value === undefined ? 'missing' : (JSON.stringify(value) ?? 'none');
    const shown = text.slice(0, SHOWN_CHARACTERS);
    return new ViliError(code, `${what}: ${where} is ${shown}, it must be ${rule}`);
  };
  return {
    invalid,
    record(data, where) {
      if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
        return data as Record<string, unknown>;
      }
      throw invalid(where, data, 'an object');
    },
    list(data, where, most) {
      if (!Array.isArray(data)) throw invalid(where, data, 'a list');
      if (data.length <= most) return data;
      throw invalid(`the length of ${where}`, data.length, `at most ${most}`);
    },
    number(data, where, least = 0, most = Number.MAX_VALUE) {
      if (typeof data === 'number' && data >= least && data <= most) return data;
      const end = most === Number.MAX_VALUE ? 'or more, and finite' : `to ${most}`;
      throw invalid(where, data, `a number of ${least} ${end}`);
    },
  };
}
