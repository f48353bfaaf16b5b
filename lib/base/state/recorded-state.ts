import { messageOf } from '../../errors.ts';
import type { HistoryEntry } from '../../model/history.ts';
import type { History } from './history.ts';
import { readState, writeState } from './state-file.ts';

export interface RecordedStateOptions<T> {
  readonly file: string;
  readonly history: History;
  /** Throws to decline what is not a state. */
  readonly parse: (data: unknown) => T;
  readonly journal: { warn(text: string): void; error(text: string): void };
}

/** A state file whose changes are recorded in the history. */
export interface RecordedState<T> {
  /** Null when there is no usable state. Also completes the history; see `save`. Never throws for a bad file. */
  readonly load: () => Promise<T | null>;
  /**
   * Saves a state with the entries that the history is to get afterwards: a Vili killed in between adds them at its
   * next start. Throws `WriteFailed`.
   */
  readonly save: (state: T, recording: readonly HistoryEntry[]) => Promise<void>;
}

export function recordedState<T extends object>(
  options: RecordedStateOptions<T>,
): RecordedState<T> {
  const { file, history, parse, journal } = options;
  return {
    load: async () => {
      const { state, problems } = await readState(file, (data) => {
        const { recording, ...rest } = { recording: [], ...Object(data) };
        return { state: parse(rest), recording };
      });
      for (const problem of problems) journal.warn(problem);
      if (Array.isArray(state?.recording)) {
        await history.complete(state.recording).catch((error: unknown) => {
          journal.error(messageOf(error));
        });
      }
      return state?.state ?? null;
    },
    save: (state, recording) => writeState(file, { ...state, recording }),
  };
}
