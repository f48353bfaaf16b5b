/** A kind of response of spec/support/hostile-bodies.ts, and the users who request it per second. */
export interface Hostile {
  readonly kind: string;
  readonly rate: number;
}

/** Bodies of 256 KiB, the most that is compared in full, come at 400 Mbit/s, those of 10 MB at 800. */
const LARGE_RATE = 200;

export const HOSTILE: readonly Hostile[] = [
  { kind: '20-fields', rate: 1000 },
  { kind: '10k-deep', rate: LARGE_RATE },
  { kind: 'open-brackets', rate: LARGE_RATE },
  { kind: 'tiny-values', rate: LARGE_RATE },
  { kind: 'tiny-objects', rate: LARGE_RATE },
  { kind: 'all-values', rate: LARGE_RATE },
  { kind: 'many-keys', rate: LARGE_RATE },
  { kind: 'huge-key', rate: LARGE_RATE },
  { kind: 'long-number', rate: 100 },
  { kind: 'long-numbers', rate: LARGE_RATE },
  { kind: 'escaped-text', rate: LARGE_RATE },
  { kind: 'gzip-bomb', rate: 100 },
  { kind: 'gzip-json', rate: LARGE_RATE },
  { kind: 'spaced-header', rate: LARGE_RATE },
  { kind: '10-megabytes', rate: 10 },
];
