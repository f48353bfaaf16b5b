import { EXIT } from '../../errors.ts';
import { type CommandContext, type Declare, LOOKING, show } from '../command.ts';
import { curlText, differencesText, incompleteness, sampleText } from '../text/diff.ts';

interface DiffFlags {
  readonly endpoint?: string;
  readonly path?: string;
  readonly sample?: string;
  readonly curl?: boolean;
}

export const diff: Declare = (program, run) =>
  program
    .command('diff [version]')
    .helpGroup(LOOKING)
    .description('where the responses of both versions differ')
    .option('--endpoint <text>', 'only endpoints with this text in their name')
    .option('--path <text>', 'only fields with this text in their path')
    .option('--sample <id>', 'one pair: the request and both responses')
    .option('--curl', 'the request of a sample as a command')
    .action(run(showDifferences));

// Private

async function showDifferences(
  context: CommandContext,
  version: string | undefined,
  { endpoint, path, sample, curl = false }: DiffFlags,
): Promise<number> {
  const { client, text } = context;
  const view = await client.differences({ version, endpoint, path });
  const [first] = view?.endpoints.flatMap((one) => one.samples) ?? [];
  const id = sample ?? (curl ? first?.id : undefined);
  if (id !== undefined) await showSample(context, id, version, curl);
  else {
    show(context, view, () =>
      view === null ? ['no version was tested yet'] : differencesText(view, text),
    );
  }
  return EXIT.ok;
}

async function showSample(
  context: CommandContext,
  id: string,
  version: string | undefined,
  asCurl: boolean,
): Promise<void> {
  const { client, printer, json, text } = context;
  const sample = await client.sample({ sample: id, version });
  if (json || !asCurl) return show(context, sample, () => sampleText(sample, text));
  const { vili } = await client.status();
  printer.data(curlText(sample, `${vili.scheme}://127.0.0.1:${vili.port}`));
  const missing = incompleteness(sample);
  if (missing !== null) printer.talk(`put back before you send it: ${missing}`);
}
