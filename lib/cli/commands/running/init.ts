import { EXIT, UsageError } from '../../../errors.ts';
import { type Declare, RUNNING, show } from '../../command.ts';
import { printable } from '../../text/printable.ts';
import { wrapWords } from '../../text/table.ts';

interface Flags {
  readonly identifier?: string;
  readonly port?: number;
}

/** Asks nothing, so that it does the same in a script. */
export const init: Declare = (program, run) =>
  program
    .command('init')
    .helpGroup(RUNNING)
    .description('look at the folder and write a commented .env; overwrite nothing')
    .option('--identifier <name>', 'of server files without version (default: as found)')
    .option('--port <port>', "the users' port (default: as found, else 8080)", portOf)
    .action(
      run(async (context, { identifier, port }: Flags) => {
        const { actions, base, printer, text } = context;
        const result = await actions.init({ base, identifier, port });
        const { serverFile, properties, file, next, notes } = result;
        const from = serverFile === null ? '' : ` (from ${serverFile})`;
        const lines = [
          `wrote ${file}`,
          `  identifier  ${result.identifier}${from}`,
          `  port        ${result.port}`,
          ...(properties === null ? [] : [`  properties  ${properties.file}, ${properties.key}`]),
        ];
        show(context, result, () => [...lines.map(printable), `next: ${printable(next)}`]);
        for (const note of notes) {
          for (const line of wrapWords(printable(note), text.columns, '  ')) printer.talk(line);
        }
        return EXIT.ok;
      }),
    );

// Private

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new UsageError(`--port is "${text}", it must be a number from 1 to 65535`);
}
