const KIBI = 1024;

/** `1,204`: digits in groups, whatever the locale of the machine. */
export function grouped(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 request`, `1,204 requests`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${Math.round(count) === 1 ? '' : 's'}`;
}

/** The digits that matter, two at most: `1,204`, `12`, `1.5`, `0.4`, `0.02`. */
export function decimal(value: number): string {
  if (value === 0 || value >= 9.95) return grouped(value);
  return value.toFixed(value >= 0.095 ? 1 : 2).replace(/\.0$/, '');
}

/** A share of 0 to 1 as `41 %`, `0.5 %`. */
export function percent(share: number): string {
  return `${decimal(100 * share)} %`;
}

/** How much of something is done, 0 to 1, as `41 %`: never more than there is, so all of it alone is `100 %`. */
export function percentDone(share: number): string {
  return percent(Math.floor(100 * share) / 100);
}

/** Bytes in binary units: `512 B`, `1.5 KiB`, `40 MiB`. */
export function bytes(count: number): string {
  let value = count;
  for (const unit of ['B', 'KiB', 'MiB', 'GiB']) {
    if (value < KIBI) return `${decimal(value)} ${unit}`;
    value /= KIBI;
  }
  return `${decimal(value)} TiB`;
}

/** At most `most` of these, then how many more there are. */
export function someOf(texts: readonly string[], most: number): string[] {
  const more = texts.length - most;
  return more > 0 ? [...texts.slice(0, most), `and ${more} more`] : [...texts];
}
