import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, EXIT, messageOf } from '../../../errors.ts';
import type { UpgradeView } from '../../../operator/views/upgrade-view.ts';
import { counted } from '../../../text/numbers.ts';
import { type CommandContext, type Declare, RUNNING, show } from '../../command.ts';
import { printable } from '../../text/printable.ts';

const POLL_MS = 100;
/** Longer than every step of an upgrade together may take. */
const WAIT_MAX_MS = 120_000;

/** Does not ask: when the new Vili does not take over, the old one goes on as if nothing had been. */
export const upgrade: Declare = (program, run) =>
  program
    .command('upgrade')
    .helpGroup(RUNNING)
    .description('start a new Vili that takes over users and servlets without a pause')
    .action(
      run(async (context) => {
        const begun = await context.client.upgrade({ by: context.io.user });
        if (!context.json) {
          context.printer.data([
            `a new Vili ${printable(begun.version ?? '')} (pid ${begun.pid}) takes over`,
          ]);
        }
        const view = await outcome(context, begun);
        show(context, view, () => [lineOf(view)]);
        if (view.state === 'done') return EXIT.ok;
        return view.state === 'failed' ? EXIT.refused : EXIT.timedOut;
      }),
    );

// Private

/** Asks until the new Vili responds, or the old one again; neither does while one follows the other. */
async function outcome({ client, io }: CommandContext, begun: UpgradeView): Promise<UpgradeView> {
  let last = begun;
  for (const endMs = io.now() + WAIT_MAX_MS; io.now() < endMs && !io.signal.aborted; ) {
    await sleep(POLL_MS, null, { signal: io.signal }).catch(() => undefined);
    try {
      last = await client.upgraded({});
    } catch (error) {
      if (codeOf(error)?.startsWith('VILI_') !== true)
        throw new Error(messageOf(error), { cause: error });
      continue;
    }
    if (last.state === 'failed' || (last.state === 'done' && last.pid === begun.pid)) return last;
  }
  return last;
}

function lineOf({ state, pid, version, problem, older }: UpgradeView): string {
  if (state === 'failed') return `the old Vili goes on: ${printable(problem)}`;
  if (state !== 'done') return 'it has not taken over yet; vili status and the log tell more';
  const left =
    older.length === 0
      ? ''
      : `; ${counted(older.length, 'earlier Vili')} still with connections (pid ${older.join(', ')})`;
  return `Vili ${printable(version ?? '')} (pid ${pid}) serves${left}`;
}
