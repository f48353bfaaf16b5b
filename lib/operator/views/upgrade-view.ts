/** What became of the last upgrade of Vili itself. */
export interface UpgradeView {
  /**
   * `under-way`: a new Vili starts; `failed`: it did not take over, and this one went on; `done`: this one has taken over;
   * `none`: neither.
   */
  readonly state: 'none' | 'under-way' | 'failed' | 'done';
  /** Of the new Vili; null without one. */
  readonly pid: number | null;
  /** Its release, as far as it is known. */
  readonly version: string | null;
  /** Why it failed; empty otherwise. */
  readonly problem: string;
  /** Earlier Vilis that still have connections of users. */
  readonly older: readonly number[];
}
