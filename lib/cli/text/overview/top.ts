import type { ActorTree } from '../../../model/actor-tree.ts';
import type { StatusView } from '../../../operator/views/status-view.ts';
import { bytes, counted, decimal } from '../../../text/numbers.ts';
import { milliseconds, shortDuration } from '../../../text/times.ts';
import type { Readings } from '../../live/readings.ts';
import type { Style, TextOptions } from '../colors.ts';
import { printable } from '../printable.ts';
import { statusLine, statusText } from '../status.ts';
import { alignRows, type Cell, wrapWords } from '../table.ts';

const INDENT = '  ';
/** Of the actors that are not idle. */
const MAX_ACTORS = 8;
const MAX_NAME = 24;
const UNKNOWN = '-';

/** What `vili top` shows at one moment. */
export interface TopView {
  readonly schema: 'vili.top/1';
  readonly at: string;
  readonly status: StatusView;
  readonly readings: Readings;
  readonly actors: ActorTree;
}

/** The status, and beside it what both versions and the parts of Vili do now; for 80 columns. */
export function topText({ status, readings, actors }: TopView, options: TextOptions): string[] {
  const { columns, colors } = options;
  const traffic = wrapWords(`${INDENT}${trafficText(readings)}`, columns, INDENT);
  return [
    ...statusText(status, options),
    '',
    colors.strong('now'),
    ...traffic,
    ...sides(readings, colors.quiet),
    '',
    colors.strong('actors'),
    ...actorLines(actors, options),
  ];
}

/** The same in short, for a reader that is no terminal. */
export function topLine({ at, status, readings }: TopView): string {
  return `${at}  ${statusLine(status)}  ${trafficText(readings)}`;
}

// Private

function trafficText(readings: Readings): string {
  const { requests, failures, mirrored, skipped, dropped, failed, held, inFlight } = readings;
  const a = (count: number | null): string => (count === null ? UNKNOWN : decimal(count));
  return (
    `${a(requests)} requests/s, ${a(failures)} 5xx/s, ${a(mirrored)} mirrored/s, ${a(skipped)} skipped/s, ` +
    `${a(dropped)} dropped/s, ${a(failed)} failed/s, ${a(held)} held, ${a(inFlight)} in flight`
  );
}

function sides({ running, testing, vili }: Readings, style: (text: string) => string): string[] {
  const time = (ms: number | null): string => (ms === null ? UNKNOWN : milliseconds(ms));
  const size = (count: number | null): string => (count === null ? UNKNOWN : bytes(count));
  const share = (cpu: number | null): string => (cpu === null ? UNKNOWN : decimal(cpu));
  const head = ['', 'running', 'testing', 'vili'].map((text): Cell => ({ text, style }));
  return alignRows(
    [
      head,
      ['half within', time(running.p50Ms), time(testing.p50Ms), ''],
      ['95 % within', time(running.p95Ms), time(testing.p95Ms), ''],
      ['99 % within', time(running.p99Ms), time(testing.p99Ms), ''],
      ['memory', size(running.memoryBytes), size(testing.memoryBytes), size(vili.memoryBytes)],
      ['processors', share(running.cpu), share(testing.cpu), share(vili.cpu)],
    ],
    INDENT,
  );
}

/** Those that have something to do or had trouble; the others are counted. */
function actorLines(root: ActorTree, { colors }: TextOptions): string[] {
  const all = flat(root);
  const busy = all.filter(
    ({ mailbox, restarts, inHand, hung, status }) =>
      mailbox > 0 || restarts > 0 || inHand !== null || hung || status !== 'running',
  );
  const idle = `${INDENT}${counted(all.length - busy.length, 'actor')} idle`;
  if (busy.length === 0) return [idle];
  const rows = busy.slice(0, MAX_ACTORS).map((node) => rowOf(root, node, colors.bad));
  const more = busy.length - rows.length;
  const rest = more > 0 ? [`${INDENT}and ${more} more`] : [];
  return [...alignRows(rows, INDENT), ...rest, idle];
}

function rowOf(root: ActorTree, node: ActorTree, bad: Style): Cell[] {
  const { path, status, mailbox, restarts, inHand, hung } = node;
  const name = path.startsWith(`${root.path}/`) ? path.slice(root.path.length + 1) : path;
  const since = inHand === null ? '' : `${inHand.type} for ${shortDuration(inHand.sinceMs)}`;
  return [
    printable(name.length > MAX_NAME ? `…${name.slice(1 - MAX_NAME)}` : name),
    { text: hung ? 'HUNG' : printable(status), style: hung ? bad : (same) => same },
    `${mailbox} waiting`,
    restarts === 0 ? '' : counted(restarts, 'restart'),
    printable(since.slice(0, MAX_NAME)),
  ];
}

function flat(node: ActorTree): readonly ActorTree[] {
  return node.children.flatMap((child) => [child, ...flat(child)]);
}
