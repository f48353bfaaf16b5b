import { ConflictError, EXIT, UsageError } from '../../errors.ts';
import { actWhenConfirmed } from '../act.ts';
import { ACTING, type CommandContext, type Declare, show } from '../command.ts';
import { fleetText } from '../text/fleet/report.ts';

/** What each act does, for the question. */
const EFFECTS = {
  pause: 'No host of the fleet is promoted by itself until `vili fleet resume`. Tests go on.',
  resume:
    'The fleet goes on; a host that rejected the version and so held its rollout is left out of it.',
  promote:
    'All hosts of the fleet go to the version, without waiting for the evidence or for probations.',
  reject:
    'No further host goes to the version; those that have gone go back, unless fleet.on_rollback=stay.',
} as const;

type Act = keyof typeof EFFECTS;

interface Options {
  readonly reason?: string;
}

export const fleet: Declare = (program, run) =>
  program
    .command('fleet [act] [version]')
    .helpGroup(ACTING)
    .description('several hosts that decide together; acts: pause, resume, promote, reject')
    .option('--reason <text>', 'told to people, and kept in the history')
    .action(
      run(
        async (context, act: string | undefined, version: string | undefined, options: Options) =>
          act === undefined ? look(context) : ask(context, act, version, options),
      ),
    );

// Private

async function look(context: CommandContext): Promise<number> {
  const report = await context.client.fleet();
  if (report === null && !context.json) throw new ConflictError(NO_FLEET);
  show(context, report, () => (report === null ? [] : fleetText(report, context.text)));
  return EXIT.ok;
}

async function ask(
  context: CommandContext,
  act: string,
  version: string | undefined,
  { reason }: Options,
): Promise<number> {
  if (!isAct(act)) {
    throw new UsageError(`"${act}" is not an act of a fleet: pause, resume, promote or reject`);
  }
  return actWhenConfirmed(context, EFFECTS[act], () =>
    context.client.askFleet({ act, version, reason, by: context.io.user }),
  );
}

function isAct(text: string): text is Act {
  return Object.hasOwn(EFFECTS, text);
}

const NO_FLEET = 'this host decides alone: fleet.endpoints is not set';
