import { PAUSE_EFFECT, RESUME_EFFECT } from '../../../operator/views/effects.ts';
import { actWhenConfirmed } from '../../act.ts';
import { ACTING, type Declare } from '../../command.ts';

export const pause: Declare = declare(
  'pause',
  'let nothing be promoted or rejected by itself',
  PAUSE_EFFECT,
);

export const resume: Declare = declare(
  'resume',
  'end a pause: the verdict acts by itself again',
  RESUME_EFFECT,
);

// Private

function declare(kind: 'pause' | 'resume', description: string, effect: string): Declare {
  return (program, run) =>
    program
      .command(kind)
      .helpGroup(ACTING)
      .description(description)
      .option('--reason <text>', 'kept in the history')
      .action(
        run((context, { reason }: { reason?: string }) =>
          actWhenConfirmed(context, effect, () =>
            context.client[kind]({ reason, by: context.io.user }),
          ),
        ),
      );
}
