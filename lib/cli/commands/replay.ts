import { ConflictError, EXIT, UsageError } from '../../errors.ts';
import { type Replayed, replaySamples } from '../../evaluation/replay.ts';
import type { HeaderEdit } from '../../model/traffic-rules.ts';
import type { CommandContext } from '../command-context.ts';
import { printable } from '../text/printable.ts';
import { wrapWords } from '../text/table.ts';

const MAX_DIFFERENCES = 5;
const WORDS: Readonly<Record<Replayed['outcome'], string>> = {
  same: 'ok     ',
  differs: 'DIFFERS',
  worse: 'WORSE  ',
  skipped: 'skipped',
};

export interface ReplayCommandOptions {
  readonly samples: readonly string[];
  readonly all?: boolean;
  readonly to?: string;
  readonly of?: string;
  readonly header?: readonly string[];
}

/**
 * `vili replay`: sends samples again, from this process, and tells what is answered now. Exits with
 * 3 when a request is still answered worse or differently.
 */
export async function replayCommand(
  { client, printer, io, json }: CommandContext,
  options: ReplayCommandOptions,
): Promise<number> {
  const { to = 'testing', all = false } = options;
  if (to !== 'testing' && to !== 'running') {
    throw new UsageError(`--to is "${to}", it must be testing or running`);
  }
  if (all === options.samples.length > 0) {
    throw new UsageError('say which samples, or --all');
  }
  const plan = await client.replayPlan(options.of);
  const target = plan[to];
  if (target === null || plan.running === null) {
    throw new ConflictError(`no ${target === null ? to : 'running'} version serves now`);
  }
  const samples = all ? plan.samples : options.samples.map((id) => sampleWith(plan.samples, id));
  if (samples.length === 0) throw new ConflictError(`${plan.version} has no samples`);
  if (!json) {
    const from = `${samples.length} of ${plan.version}'s samples`;
    printer.talk(printable(`sending ${from} to ${target.instance}`));
  }
  const headers = (options.header ?? []).map(headerOf);
  const { running, testing, settings } = plan;
  const replayed: Replayed[] = [];
  const replay = { to, running, testing, settings, headers, signal: io.signal } as const;
  await replaySamples(samples, replay, (one) => {
    replayed.push(one);
    if (!json) printer.data(linesOf(one, printer.columns));
  });
  if (json) printer.json(replayed);
  const bad = replayed.filter((one) => one.outcome === 'worse' || one.outcome === 'differs').length;
  const sent = replayed.filter((one) => one.outcome !== 'skipped').length;
  if (!json) printer.data([`${sent - bad} of ${sent} requests are answered as by running`]);
  return bad > 0 ? EXIT.rejected : EXIT.ok;
}

// Private

function sampleWith<S extends { readonly id: string }>(samples: readonly S[], id: string): S {
  const found = samples.find((sample) => sample.id === id);
  if (found === undefined) throw new UsageError(`there is no sample "${id}"`);
  return found;
}

function headerOf(text: string): HeaderEdit {
  const at = text.indexOf(':');
  const name = text.slice(0, Math.max(0, at)).trim();
  const value = text.slice(at + 1).trim();
  // oxlint-disable-next-line no-control-regex -- line breaks and the like would begin a new header
  if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && !/[\u0000-\u0008\u000a-\u001f]/.test(value)) {
    return { name, value };
  }
  throw new UsageError(`--header is not "Name: value"`);
}

function linesOf(one: Replayed, columns: number): string[] {
  const head = `${WORDS[one.outcome]}  ${one.id}  ${printable(one.request)}: ${printable(one.text)}`;
  const fields = one.differences
    .slice(0, MAX_DIFFERENCES)
    .map(({ kind, path, running, testing }) => {
      const change =
        running === undefined && testing === undefined
          ? ''
          : `: ${running ?? 'nothing'} → ${testing ?? 'nothing'}`;
      return wrapWords(`           ${kind} ${printable(path + change)}`, columns, '             ');
    });
  return [...wrapWords(head, columns, '           '), ...fields.flat()];
}
