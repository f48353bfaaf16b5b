import { FormatError, promotionSteps } from '../../../config/formats.ts';
import { BadRequestError, ConflictError } from '../../../lib/errors.ts';
import type { PromotionStep } from '../../../lib/model/promotion/user-share.ts';
import type { Services } from '../services.ts';

/** In place of steps: those of the settings. */
const DEFAULT = 'default';

/**
 * The steps that a promotion by hand is to take; none where none are asked for. Throws BadRequestError for what are no
 * steps, ConflictError for those of the settings where there are none.
 */
export function stepsOf({ live }: Services, text: string | undefined): readonly PromotionStep[] {
  if (text === undefined) return [];
  if (text === DEFAULT) {
    const { steps } = live.settings.promotion;
    if (steps.length > 0) return steps;
    throw new ConflictError(
      'promotion.steps is none: say which steps, as in vili promote --steps "5% 2m, 25% 5m"',
    );
  }
  try {
    return promotionSteps.parse(text);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new BadRequestError(`steps: "${text}" ${error.message}`);
  }
}
