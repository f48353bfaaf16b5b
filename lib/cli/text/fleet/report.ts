import type { FleetReport, HostReport } from '../../../operator/views/fleet-view.ts';
import { counted, grouped, percentDone } from '../../../text/numbers.ts';
import { dateTime } from '../../../text/times.ts';
import type { Colors, Style, TextOptions } from '../colors.ts';
import { printable } from '../printable.ts';
import { alignRows, type Cell, wrapWords } from '../table.ts';

const INDENT = '  ';
const SHOWN_HOSTS = 200;

/** `vili fleet`: the rollout, what holds it, and every host. */
export function fleetText(report: FleetReport, options: TextOptions): string[] {
  const { hosts } = report;
  const more = hosts.length - SHOWN_HOSTS;
  return [
    ...headLines(report, options),
    ...problemLines(report, options),
    ...rolloutLines(report, options),
    ...verdictLines(report, options),
    ...alignRows(rowsOf(hosts.slice(0, SHOWN_HOSTS), options.colors), INDENT),
    ...(more > 0 ? [`${INDENT}and ${counted(more, 'more host')}`] : []),
  ];
}

// Private

function headLines({ fleet, host, leader, hosts }: FleetReport, { colors }: TextOptions): string[] {
  const here = hosts.filter(({ state }) => state !== 'away').length;
  const who = leader === null ? 'nobody leads' : `${printable(leader.host)} leads`;
  const count = here === hosts.length ? String(here) : `${here} of ${hosts.length}`;
  return [
    `${colors.strong(printable(fleet))}   ${count} hosts   ${who}   this is ${printable(host)}`,
  ];
}

function problemLines({ engine, hold }: FleetReport, { colors, columns }: TextOptions): string[] {
  const texts = [
    ...(engine.problem === null
      ? []
      : [
          `the engine is not there${sinceText(engine)}: ${engine.problem}; nothing is promoted until it is back`,
        ]),
    ...(engine.trouble === null ? [] : [engine.trouble]),
  ].map((text) => wrapWords(`${INDENT}! ${printable(text)}`, columns, INDENT + INDENT));
  const at = hold === null || hold.at === '' ? '' : ` on ${dateTime(hold.at)}`;
  const why = hold === null || hold.reason === '' ? '' : ` (${hold.reason})`;
  const held =
    hold === null
      ? []
      : wrapWords(
          `${INDENT}paused by ${printable(hold.by)}${at}${printable(why)}; go on: vili fleet resume`,
          columns,
          INDENT + INDENT,
        );
  return [...texts.flat().map(colors.bad), ...held.map(colors.careful)];
}

/** An older daemon does not say. */
function sinceText({ since }: FleetReport['engine']): string {
  return since ? ` since ${dateTime(since)}` : '';
}

function rolloutLines({ rollout, waits }: FleetReport, options: TextOptions): string[] {
  const { columns, colors } = options;
  if (rollout === null) return [`${INDENT}no version is on its way`];
  const { id, version, phase, wave, waves, gone, settled, heldBy, reasons, quorum } = rollout;
  const place = phase === 'waves' ? ` ${wave} of ${waves.length} (${waves.join(', ')})` : '';
  const went = gone > 0 ? `, ${gone} gone, ${settled} past probation` : '';
  const text = `${INDENT}rollout ${id}  ${printable(version)}  ${phase}${place}${went}`;
  const held =
    heldBy === null
      ? []
      : [`held since ${heldBy} rejected it; vili fleet resume goes on without it, or reject`];
  const lines = [...held, ...reasons, ...(quorum === null ? [] : [quorum])];
  return [
    ...wrapWords(text, columns, INDENT + INDENT),
    ...lines.flatMap((line) =>
      wrapWords(`${INDENT}${INDENT}${printable(line)}`, columns, INDENT + INDENT + INDENT),
    ),
    ...(waits === null
      ? []
      : wrapWords(`${INDENT}this host waits: ${printable(waits)}`, columns, INDENT + INDENT).map(
          colors.careful,
        )),
  ];
}

function verdictLines({ verdict }: FleetReport, { columns }: TextOptions): string[] {
  if (verdict === null) return [];
  const { decision, pairs, progress, missing, problems } = verdict;
  const head = `all hosts: ${decision} ${percentDone(progress)}, ${grouped(pairs)} pairs`;
  const more = missing.length === 0 ? '' : `; missing: ${missing.slice(0, 3).join(', ')}`;
  return [head + more, ...problems].flatMap((line) =>
    wrapWords(INDENT + printable(line), columns, INDENT + INDENT),
  );
}

function rowsOf(hosts: readonly HostReport[], colors: Colors): Cell[][] {
  const head = ['host', 'state', 'running', 'testing', 'wave', 'pairs', 'odds', 'waits'];
  return [
    head.map((text) => ({ text, style: colors.quiet })),
    ...hosts.map(({ host, state, running, testing, wave, pairs, odds, waits }): Cell[] => [
      printable(host),
      { text: state, style: styleOf(state, colors) },
      printable(running ?? '-'),
      printable(testing ?? '-'),
      wave === null ? '-' : String(wave),
      pairs === null ? '-' : grouped(pairs),
      odds === null ? '-' : `${odds < 10 ? odds.toFixed(1) : grouped(Math.round(odds))}:1`,
      printable(waits ?? ''),
    ]),
  ];
}

function styleOf(state: HostReport['state'], colors: Colors): Style {
  if (state === 'rejected' || state === 'other content') return colors.bad;
  return state === 'away' || state === 'switching' ? colors.careful : (same) => same;
}
