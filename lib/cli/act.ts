import type { Command } from 'commander';
import { ConflictError, EXIT } from '../errors.ts';
import type { ActResult } from '../operator/api/handlers.ts';
import type { ControlClient } from '../operator/client/client.ts';
import type { StatusView } from '../operator/views/status-view.ts';
import { versionNamed, versionsIn } from '../operator/views/version-named.ts';
import { ACTING, type CommandContext, type Run, show } from './command.ts';
import { confirmAct } from './terminal/confirm.ts';
import { printable } from './text/printable.ts';

/** The acts that the control API offers. */
export type OfferedAct = 'promote' | 'reject' | 'retest';

export interface Act {
  readonly kind: OfferedAct;
  readonly description: string;
  /** The version that is meant, and the effect of the act on it as a sentence for the question. */
  plan(context: CommandContext, version: string | undefined): Promise<ActPlan>;
}

export interface ActPlan {
  readonly version: string;
  readonly effect: string;
}

/** Declares a command that asks with the full effect of an act, then acts in the user's name. */
export function declareAct(program: Command, run: Run, act: Act): void {
  program
    .command(`${act.kind} [version]`)
    .helpGroup(ACTING)
    .description(act.description)
    .option('--reason <text>', 'kept in the history')
    .action(
      run(async (context, given: string | undefined, { reason }: { reason?: string }) => {
        const { io, client } = context;
        // The version is sent along: another one may arrive while the question waits.
        const { version, effect } = await act.plan(context, given);
        return actWhenConfirmed(context, effect, () =>
          client[act.kind]({ version, reason, by: io.user }),
        );
      }),
    );
}

/** Asks with the full effect, acts, and shows what came of it. Throws as `confirmAct` and `send`. */
export async function actWhenConfirmed(
  context: CommandContext,
  effect: string,
  send: () => Promise<Pick<ActResult, 'effect'>>,
): Promise<number> {
  await confirmAct(context.io, printable(effect), context.yes);
  const result = await send();
  show(context, result, () => [printable(result.effect)]);
  return EXIT.ok;
}

/**
 * The full name of the given version, else of the one under test. Throws ConflictError when it is not under test, before
 * anybody is asked whether to act on it, and BadRequestError for what no version is called.
 */
export async function versionUnderTest(
  client: ControlClient,
  status: StatusView,
  given: string | undefined,
  kind: OfferedAct,
): Promise<string> {
  const { vili, testing } = status;
  if (given === undefined) {
    if (testing !== null) return testing.version;
    throw new ConflictError(`nothing is under test, so nothing to ${kind}`);
  }
  const version = versionNamed(vili.identifier, given, versionsIn(status));
  if (version === testing?.version) return version;
  // One that is getting ready to be tested is shown nowhere else.
  const last = (await client.history()).findLast((entry) => entry.version === version);
  if (last?.event === 'arrived') return version;
  const other = testing === null ? 'nothing' : testing.version;
  throw new ConflictError(`${version} is not under test; ${other} is`);
}
