import { ConflictError, EXIT, UsageError } from '../../errors.ts';
import type { Replayed } from '../../evaluation/replay.ts';
import type { HeaderEdit } from '../../model/traffic-rules.ts';
import { counted } from '../../text/numbers.ts';
import { ACTING, type CommandContext, type Declare } from '../command.ts';
import { changeText } from '../text/diff.ts';
import { printable } from '../text/printable.ts';
import { wrapWords } from '../text/table.ts';

const MAX_DIFFERENCES = 5;
const WORDS: Readonly<Record<Replayed['outcome'], string>> = {
  same: 'ok     ',
  differs: 'DIFFERS',
  worse: 'WORSE  ',
  skipped: 'skipped',
};

interface ReplayFlags {
  readonly all?: boolean;
  readonly to: string;
  readonly of?: string;
  readonly header?: readonly HeaderEdit[];
}

export const replay: Declare = (program, run) =>
  program
    .command('replay [samples...]')
    .helpGroup(ACTING)
    .description('send the requests of samples again and compare the responses')
    .option('--all', 'every sample of the version')
    .option('--to <side>', 'testing (compared with running) or running', 'testing')
    .option('--of <version>', 'whose samples (default: under test, else decided last)')
    .option('--header <name: value>', 'in place of a masked header; repeatable', addHeader)
    .action(run(replayed));

// Private

/** Exits with 3 when the response to a request still is worse or differs. */
async function replayed(
  { client, printer, io, json, isRemote }: CommandContext,
  ids: readonly string[],
  { to, all = false, of: version, header: headers = [] }: ReplayFlags,
): Promise<number> {
  if (to !== 'testing' && to !== 'running') {
    throw new UsageError(`--to is "${to}", it must be testing or running`);
  }
  if (isRemote) throw new UsageError('replay sends from the host of the service, without --url');
  if (all === ids.length > 0) throw new UsageError('name the samples, or use --all');
  const plan = await client.replay({ version });
  const { running, testing, settings } = plan;
  const target = plan[to];
  if (target === null || running === null) {
    throw new ConflictError(`no ${target === null ? to : 'running'} version serves now`);
  }
  const samples = all ? plan.samples : ids.map((id) => sampleWith(plan.samples, id));
  if (samples.length === 0) throw new ConflictError(`${plan.version} has no samples`);
  if (!json) {
    const what = `${counted(samples.length, 'sample')} of ${plan.version}`;
    printer.talk(printable(`sending ${what} to ${target.instance}`));
  }
  // Parsers of every kind of content come with it, which no other command needs.
  const { replaySamples } = await import('../../evaluation/replay.ts');
  const results: Replayed[] = [];
  const options = { to, running, testing, settings, headers, signal: io.signal } as const;
  await replaySamples(samples, options, (one) => {
    results.push(one);
    if (!json) printer.data(linesOf(one, printer.columns));
  });
  const sent = results.filter(({ outcome }) => outcome !== 'skipped');
  const same = sent.filter(({ outcome }) => outcome === 'same');
  if (json) printer.json(results);
  else if (sent.length === 0) printer.data(['nothing could be sent']);
  else printer.data([`${same.length} of ${sent.length} responses are as those of running`]);
  return same.length < sent.length ? EXIT.rejected : EXIT.ok;
}

function sampleWith<S extends { readonly id: string }>(samples: readonly S[], id: string): S {
  const found = samples.find((sample) => sample.id === id);
  if (found === undefined) throw new UsageError(`there is no sample "${id}"`);
  return found;
}

function addHeader(text: string, before: readonly HeaderEdit[] = []): readonly HeaderEdit[] {
  const at = text.indexOf(':');
  const name = text.slice(0, Math.max(0, at)).trim();
  const value = text.slice(at + 1).trim();
  // oxlint-disable-next-line no-control-regex -- line breaks and the like would begin a new header
  if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && !/[\u0000-\u0008\u000a-\u001f]/.test(value)) {
    return [...before, { name, value }];
  }
  throw new UsageError('--header is not "Name: value"');
}

function linesOf(one: Replayed, columns: number): string[] {
  const head = `${WORDS[one.outcome]}  ${one.id}  ${printable(one.request)}: ${printable(one.text)}`;
  const fields = one.differences
    .slice(0, MAX_DIFFERENCES)
    .map(({ kind, path, running, testing }) =>
      wrapWords(
        `           ${kind} ${printable(path + changeText(': ', running, testing))}`,
        columns,
        '             ',
      ),
    );
  return [...wrapWords(head, columns, '           '), ...fields.flat()];
}
