import type { CommandContext } from '../command-context.ts';
import { type Act, type ActOptions, actCommand } from './act.ts';

const REJECT: Act = {
  name: 'reject',
  effect: (version, { running }) => {
    const stays = running === null ? '' : ` ${running.version} stays with the users.`;
    return `The test of ${version} ends and it will not go live.${stays}`;
  },
};

/** `vili reject [version]`: the test ends now. */
export function rejectCommand(context: CommandContext, options: ActOptions): Promise<number> {
  return actCommand(context, REJECT, options);
}
