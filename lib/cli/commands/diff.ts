import { EXIT } from '../../errors.ts';
import { type CommandContext, textOptions } from '../command-context.ts';
import { curlText, differencesText, incompleteness, sampleText } from '../text/diff.ts';

export interface DiffOptions {
  readonly version?: string;
  readonly endpoint?: string;
  readonly path?: string;
  readonly sample?: string;
  readonly curl?: boolean;
}

/** `vili diff`: where the answers differ; with `--sample` one pair, with `--curl` its request. */
export async function diffCommand(context: CommandContext, options: DiffOptions): Promise<number> {
  const { client, printer, json } = context;
  const { version, endpoint, path, curl = false } = options;
  const view = await client.differences({
    ...(version === undefined ? {} : { version }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(path === undefined ? {} : { path }),
  });
  const first = view?.endpoints.flatMap((one) => one.samples)[0]?.id;
  const id = options.sample ?? (curl ? first : undefined);
  if (id === undefined) {
    if (json) printer.json(view);
    else if (view !== null) printer.data(differencesText(view, textOptions(context)));
    else printer.data(['no version was tested yet']);
    return EXIT.ok;
  }
  const sample = await client.sample(id, version);
  if (json) printer.json(sample);
  else if (!curl) printer.data(sampleText(sample, textOptions(context)));
  else {
    const { vili } = await client.status();
    printer.data(curlText(sample, `${vili.scheme}://127.0.0.1:${vili.port}`));
    const missing = incompleteness(sample);
    if (missing !== null) printer.talk(`put back before you send it: ${missing}`);
  }
  return EXIT.ok;
}
