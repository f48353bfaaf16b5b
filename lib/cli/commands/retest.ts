import { ConflictError, EXIT } from '../../errors.ts';
import type { CommandContext } from '../command-context.ts';
import { confirmAct } from '../terminal/confirm.ts';
import { printable } from '../text/printable.ts';
import type { ActOptions } from './act.ts';

const DECIDED = new Set(['rejected', 'rolled-back']);

/** `vili retest [version]`: a fresh test of a rejected version, by default the last one. */
export async function retestCommand(context: CommandContext, options: ActOptions): Promise<number> {
  const { client, printer, io } = context;
  const history = options.version === undefined ? await client.history() : [];
  const last = history.findLast((entry) => DECIDED.has(entry.event));
  const version = options.version ?? last?.version ?? undefined;
  if (version === undefined) throw new ConflictError('no version was rejected yet');
  const effect = `${version} is tested again from the start; what was found before is forgotten.`;
  await confirmAct(io, printable(effect), context.yes);
  const { reason } = options;
  const request = { version, by: io.user, ...(reason === undefined ? {} : { reason }) };
  const result = await client.retest(request);
  if (context.json) printer.json(result);
  else printer.data([printable(result.effect)]);
  return EXIT.ok;
}
