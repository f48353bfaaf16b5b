import { ConflictError, EXIT } from '../../errors.ts';
import type { ActRequest, ActResult } from '../../operator/control-handlers.ts';
import type { StatusView } from '../../operator/views/status-view.ts';
import type { CommandContext } from '../command-context.ts';
import { confirmAct } from '../terminal/confirm.ts';
import { printable } from '../text/printable.ts';

export interface ActOptions {
  readonly version?: string;
  readonly reason?: string;
}

export interface Act {
  readonly name: 'promote' | 'reject';
  /** What it does, in a sentence, for the question. */
  effect(version: string, status: StatusView): string;
}

/** Asks with the effect in full, then acts in the name of the user. */
export async function actCommand(
  context: CommandContext,
  act: Act,
  options: ActOptions,
): Promise<number> {
  const { client, printer, io } = context;
  const status = await client.status();
  const version = options.version ?? status.testing?.version;
  if (version === undefined) {
    throw new ConflictError(`nothing is under test, so nothing to ${act.name}`);
  }
  await confirmAct(io, printable(act.effect(version, status)), context.yes);
  const { reason } = options;
  // The version is sent along: between question and answer another one may have come.
  const request: ActRequest = { version, by: io.user, ...(reason === undefined ? {} : { reason }) };
  const result: ActResult = await client[act.name](request);
  if (context.json) printer.json(result);
  else printer.data([printable(result.effect)]);
  return EXIT.ok;
}
