import { randomUUID } from 'node:crypto';
import type { Settings } from '../../../config/settings.ts';
import type { Occasion } from '../../../lib/notify/announcement.ts';
import type { Rules } from '../../../lib/deployment/events.ts';
import { isOpenAt, opensAfter } from '../../../lib/model/calendar/window.ts';

/** A testing version that takes over without the evidence for a promotion has at least not fallen over at once. */
const TAKEOVER_READY_MS = 30_000;

/** The rules of the deployment that are settings. */
export function deploymentRules({
  probationMs,
  probationRollback,
  mirror,
  restart,
  promotion,
  verdict,
}: Settings): Pick<
  Rules,
  'probationMs' | 'comparedMs' | 'isRollbackManual' | 'inSteps' | 'testingCrashesMax' | 'takeover'
> {
  const takeover = {
    afterMs: promotion.takeoverMs,
    readyMs: Math.min(TAKEOVER_READY_MS, promotion.takeoverMs),
    isManual: verdict.mode === 'manual',
  };
  const isRollbackManual = probationRollback === 'manual';
  // With stores of their own, previous lacks what users wrote since.
  const isComparable = mirror.state.every(({ mode }) => mode !== 'own');
  const comparedMs = isComparable ? Math.min(probationMs / 2, verdict.minTimeMs) : null;
  return {
    probationMs,
    comparedMs,
    isRollbackManual,
    inSteps: { steps: promotion.steps, key: promotion.sticky, salt: randomUUID() },
    testingCrashesMax: restart.testingMax,
    takeover,
  };
}

/** What the leader of a fleet tells people once for all hosts, in its own words. */
const TOLD_BY_FLEET: ReadonlySet<Occasion> = new Set([
  'testing',
  'switching',
  'stepped',
  'promoted',
  'rejected',
  'superseded',
]);

/** Whether no host has to tell people of it. */
export function isToldByFleet({ fleet }: Settings, event: Occasion): boolean {
  return fleet.endpoints.length > 0 && TOLD_BY_FLEET.has(event);
}

/** Whether and until when nothing is promoted by itself at this time of day; null: it may be. */
export function promotionClosed(
  { promotion: { window } }: Settings,
  wallMs: number,
): NonNullable<Rules['promotionClosed']> | null {
  if (window === null || isOpenAt(window, wallMs)) return null;
  return { opensMs: opensAfter(window, wallMs), window: window.text };
}
