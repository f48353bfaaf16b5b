import { percent } from '../../text/numbers.ts';
import type { CommandContext } from '../command-context.ts';
import { type Act, type ActOptions, actCommand } from './act.ts';

const PROMOTE: Act = {
  name: 'promote',
  effect: (version, { running, verdict }) => {
    const from = running === null ? '' : ` from ${running.version}`;
    const known = verdict !== null && verdict.version === version;
    const evidence = known ? `, with ${percent(verdict.progress)} of the evidence` : '';
    return `${version} takes over the users${from} without waiting for the verdict${evidence}.`;
  },
};

/** `vili promote [version]`: the tested version goes live now. */
export function promoteCommand(context: CommandContext, options: ActOptions): Promise<number> {
  return actCommand(context, PROMOTE, options);
}
