/** How many hosts may have gone once a wave is open: so many, or that share of those that are there. */
export type Wave = { readonly hosts: number } | { readonly share: number };

/** The hosts of a fleet of `count` that may have gone in this wave: at least one, at most all. */
export function waveLimit(wave: Wave, count: number): number {
  // 0.29 * 100 is a little less than 29.
  const wanted = 'hosts' in wave ? wave.hosts : Math.floor(wave.share * count + 1e-9);
  return Math.min(count, Math.max(1, wanted));
}

/** As people write it: `1`, `25%`. */
export function waveText(wave: Wave): string {
  return 'hosts' in wave ? String(wave.hosts) : `${Math.round(wave.share * 10_000) / 100}%`;
}
