import type { Rollout } from './records.ts';

/**
 * A host that is away for so long has lost its place: longer than a host needs to finish a switch that it began before
 * it was cut off.
 */
export const RELEASE_MS = 5 * 60_000;

/** Since when which hosts are away, as one leader noticed it, on its steady clock. */
export class Absences {
  readonly #since = new Map<string, number>();

  /** Those that have been away for too long. */
  released(
    rollout: Rollout | null,
    here: readonly { readonly host: string }[],
    nowMs: number,
  ): ReadonlySet<string> {
    const present = new Set(here.map(({ host }) => host));
    const known = [...(rollout?.members ?? []), ...Object.keys(rollout?.assigned ?? {})];
    const away = new Set(known.filter((host) => !present.has(host)));
    for (const host of this.#since.keys()) if (!away.has(host)) this.#since.delete(host);
    for (const host of away) if (!this.#since.has(host)) this.#since.set(host, nowMs);
    const over = [...this.#since].filter(([, sinceMs]) => nowMs - sinceMs >= RELEASE_MS);
    return new Set(over.map(([host]) => host));
  }

  /** Another leader may have noticed other things meanwhile. */
  forget(): void {
    this.#since.clear();
  }
}
