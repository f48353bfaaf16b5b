import { reasonOf } from '../../model/reason.ts';
import { dateTime } from '../../text/times.ts';
import type { Draft } from '../draft.ts';

/**
 * Whether a version that may go live by the evidence waits for `promotion.window`; it is told once for each opening.
 * What people ask for does not wait, nor does a version that takes over because running is down.
 */
export function waitsForWindow(draft: Draft, name: string): boolean {
  const { promotionClosed } = draft.rules;
  const { testing, promotion } = draft.state;
  if (!promotionClosed || promotion !== null) return false;
  if (testing?.release.name !== name || testing.phase !== 'testing') return false;
  const { opensMs, window } = promotionClosed;
  if (testing.windowWait?.opensMs === opensMs) return true;
  const { version } = testing.release;
  const text =
    `${name} may go live, and waits for promotion.window (${window}), which ${opensText(opensMs)}; ` +
    `now instead: vili promote ${version}`;
  draft.set({ testing: { ...testing, windowWait: { opensMs, text } } });
  draft.record('delayed', testing.release, [reasonOf('promotion-window', text)]);
  return true;
}

/** When a window opens next: `opens on …`, or `never opens`. */
export function opensText(opensMs: number): string {
  if (!Number.isFinite(opensMs)) return 'never opens';
  return `opens on ${dateTime(new Date(opensMs).toISOString())}`;
}
