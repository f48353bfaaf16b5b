/** What the evidence of all hosts says, for people and for the rollout. */
export interface Judgement {
  readonly decision: 'collecting' | 'promote' | 'reject';
  readonly pairs: number;
  /** How far a promotion is, 0 to 1. */
  readonly progress: number;
  /** A sentence each, with the hosts that it comes from. */
  readonly reasons: readonly { readonly text: string; readonly hosts: readonly string[] }[];
  readonly missing: readonly string[];
  readonly hosts: readonly {
    readonly host: string;
    readonly pairs: number;
    /** That the version is worse, to 1, by this host alone. */
    readonly oddsWorse: number;
  }[];
  /** Records of hosts that could not be read, and why. */
  readonly problems: readonly string[];
}
