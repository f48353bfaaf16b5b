import { createInterface } from 'node:readline/promises';
import { ConflictError, EXIT, UsageError, ViliError } from '../../errors.ts';
import type { CliIo } from './io.ts';

/**
 * Asks before an act, stating its full effect. Throws `VILI_USAGE` without a terminal and `--yes`,
 * `VILI_REFUSED` unless the reply is yes, and `VILI_INTERRUPTED` for ^C.
 */
export async function confirmAct(io: CliIo, effect: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!io.isTerminal.stdin) {
    throw new UsageError(`${effect} To do this without a terminal, add --yes`);
  }
  const reply = await ask(io, `${effect}\nGo on? [y/N] `);
  if (!/^y(es)?$/i.test(reply.trim())) throw new ConflictError('nothing was done');
}

// Private

/** The end of the input counts as a no; ^C rejects. */
async function ask(io: CliIo, question: string): Promise<string> {
  const terminal = createInterface({ input: io.stdin, output: io.stderr });
  try {
    return await new Promise<string>((resolve, reject) => {
      const interrupted = (): void =>
        reject(new ViliError('VILI_INTERRUPTED', 'interrupted', { exitCode: EXIT.interrupted }));
      terminal.once('SIGINT', interrupted);
      // Later, so that a reply right before the end of the input still counts.
      terminal.once('close', () => setImmediate(() => resolve('')));
      terminal.question(question, { signal: io.signal }).then(resolve, () => {
        // ^D ends the question as well and counts as a no.
        if (io.signal.aborted) interrupted();
        else resolve('');
      });
    });
  } finally {
    terminal.close();
  }
}
