import { EXIT } from '../../errors.ts';
import { type CommandContext, type Declare, LOOKING, show } from '../command.ts';
import { askOrRead } from '../from-files.ts';
import { curlText, incompleteness } from '../text/curl.ts';
import { differencesText, sampleText } from '../text/diff.ts';

const NOTHING_TESTED = 'no test of that version is known, or none was tested yet';

type Sample = Awaited<ReturnType<CommandContext['client']['sample']>>;

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
  const { text } = context;
  const { view, shown } = await askOrRead(context, async ({ client, origin }) => {
    const found = await client.differences({ version, endpoint, path });
    const [first] = found?.endpoints.flatMap((one) => one.samples) ?? [];
    const id = sample ?? (curl ? first?.id : undefined);
    if (id === undefined) return { view: found, shown: null };
    return { view: found, shown: { sample: await client.sample({ sample: id, version }), origin } };
  });
  if (shown !== null) return showSample(context, shown.sample, curl, shown.origin);
  show(context, view, () => (view === null ? [NOTHING_TESTED] : differencesText(view, text)));
  return view === null && version !== undefined ? EXIT.timedOut : EXIT.ok;
}

async function showSample(
  context: CommandContext,
  sample: Sample,
  asCurl: boolean,
  origin: string | null,
): Promise<number> {
  const { printer, json, text } = context;
  if (json || !asCurl) {
    show(context, sample, () => sampleText(sample, text));
    return EXIT.ok;
  }
  printer.data(curlText(sample, origin ?? (await originOf(context))));
  const missing = incompleteness(sample);
  if (missing !== null) printer.talk(`put back before you send it: ${missing}`);
  return EXIT.ok;
}

async function originOf({ client }: CommandContext): Promise<string> {
  const { vili } = await client.status();
  return `${vili.scheme}://127.0.0.1:${vili.port}`;
}
