import { counted } from '../../text/numbers.ts';
import type { TestReport } from './report.ts';

/** Why baseline requests were paused, in words; null where they were not. */
export function pausedText({ controls }: TestReport): string | null {
  if (controls === undefined) return null;
  const { pausedSlow, pausedBusy } = controls;
  const parts = [
    ...(pausedSlow > 0 ? [`during ${counted(pausedSlow, 'request')}, as it was slow`] : []),
    ...(pausedBusy > 0 ? [`during ${counted(pausedBusy, 'request')}, as Vili was busy`] : []),
  ];
  return parts.length === 0 ? null : `running was not asked twice ${parts.join(', and ')}`;
}
