/**
 * `watching`: nothing is wrong. `trying`: copies pause in alternating windows. `cutting`: copies are the cause, and
 * fewer are tried. `reduced`: as many as do not hurt. `hurting`: even few copies hurt. `unproven`: something slows
 * users down, and whether it is the test could not be told.
 */
export const HARM_STATES = [
  'watching',
  'trying',
  'cutting',
  'reduced',
  'hurting',
  'unproven',
] as const;

export type HarmState = (typeof HARM_STATES)[number];

/** How many times longer than usual users' requests took. */
export interface HarmFactors {
  readonly copying: number;
  readonly pausing: number;
}

/** What is known of the harm that a test does to users. */
export interface Harm {
  readonly state: HarmState;
  /** The share of the copies that is made, 0 to 1. */
  readonly share: number;
  /** Null before an experiment ended. */
  readonly factors: HarmFactors | null;
  /** Pairs of windows of the experiment that said something. */
  readonly pairs: number;
}

export const NO_HARM: Harm = { state: 'watching', share: 1, factors: null, pairs: 0 };
