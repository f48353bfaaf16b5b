import type { PromotionStep } from '../../lib/model/promotion/user-share.ts';
import { duration, share } from './amounts.ts';
import { type Format, FormatError, textOf } from './format.ts';
import { listOf } from './lists.ts';

const STEPS_MAX = 20;
const LONGEST_MS = 7 * 86_400_000;

const step: Format<PromotionStep> = {
  name: 'promotion step',
  example: '5% 2m',
  parse(raw) {
    const [size, time, ...more] = textOf(raw).split(/\s+/);
    if (size === undefined || time === undefined || more.length > 0) {
      throw new FormatError('is not SHARE DURATION, such as 5% 2m');
    }
    const parsed = { share: share.parse(size), ms: duration.parse(time) };
    if (parsed.share === 0) throw new FormatError('has no users');
    if (parsed.share === 1) {
      throw new FormatError('has all users, who follow by themselves after the last step');
    }
    if (parsed.ms === 0) throw new FormatError('takes no time');
    if (parsed.ms > LONGEST_MS) throw new FormatError('is longer than 7d');
    return parsed;
  },
  holds: isStep,
};
const steps = listOf(step);

/** Growing shares of the users, each with its time: `5% 2m, 25% 5m`; `none`: all users at once. */
export const promotionSteps: Format<readonly PromotionStep[]> = {
  name: 'promotion steps',
  example: '5% 2m, 25% 5m; none',
  parse(raw) {
    const parsed = steps.parse(raw);
    if (parsed.length > STEPS_MAX) throw new FormatError(`has more than ${STEPS_MAX} steps`);
    const isGrowing = parsed.every((it, at) => at === 0 || it.share > (parsed[at - 1]?.share ?? 0));
    if (!isGrowing) throw new FormatError('has a step with no more users than the one before it');
    return parsed;
  },
  holds: (value) => Array.isArray(value) && value.every(isStep),
};

// Private

function isStep(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'share' in value && 'ms' in value;
}
