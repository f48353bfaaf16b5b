/** A sentence with its numbers, as shown to people and kept in the history. */
export interface Reason {
  readonly code: string;
  readonly endpoint: string | null;
  readonly text: string;
  readonly observed: number;
  readonly limit: number;
  readonly samples: readonly string[];
  /** An operator may accept what it says under this name: `vili accept VERSION NAME`. */
  readonly accept?: string;
}

/** A reason that concerns the version as a whole: an event that must not happen even once. */
export function reasonOf(code: string, text: string): Reason {
  return { code, endpoint: null, text, observed: 1, limit: 0, samples: [] };
}
