import type {
  ServletView,
  StatusView,
  TrafficView,
  UsersView,
  VerdictView,
} from '../../operator/views/status-view.ts';
import { bytes, counted, grouped, percent, percentDone } from '../../text/numbers.ts';
import { dateTime, shortDuration } from '../../text/times.ts';
import { gotText } from '../../text/user-failure.ts';
import type { Colors, Style, TextOptions } from './colors.ts';
import { fleetLines } from './fleet/status.ts';
import { declaredLines } from './overview/declared.ts';
import { neverLines } from './overview/never.ts';
import { neededLines } from './needed.ts';
import { printable } from './printable.ts';
import { probationLines } from './probation/lines.ts';
import { previewLines } from './overview/preview.ts';
import { signalLines } from './signal-table.ts';
import { stepsLines } from './probation/steps.ts';
import { alignRows, type Cell, wrapWords } from './table.ts';

const INDENT = '  ';
/** How long what users met is told with its cause, and how many causes. */
const RECENT_MS = 3_600_000;
const CAUSES_MAX = 4;

/** `vili status`: what runs, what is under test, how far the test is, and why; for 80 columns. */
export function statusText(status: StatusView, options: TextOptions): string[] {
  return [
    ...headline(status, options),
    ...servletLines(status, options),
    ...outageLines(status.outage, options),
    ...probationLines(status.probation, options),
    ...stepsLines(status.steps, options),
    ...rollbackLines(status.rollback, options),
    ...pauseLines(status.paused, options),
    ...waitLines(status.waits, options),
    ...fleetLines(status.fleet, options),
    ...problemLines(status, options),
    ...trustLines(status, options),
    ...diskLines(status, options),
    ...userLines(status.users, options),
    ...trafficLines(status.traffic, options),
    ...previewLines(status.preview),
    ...signalLines(status.verdict?.signals ?? [], options.colors),
    // What its test showed has led to the steps.
    ...(status.steps && status.verdict === null ? [] : verdictLines(status.verdict, options)),
    ...daemonLines(status, options),
  ];
}

/** The head of `vili status` on one line, plain and without ages, so that it changes only when something happens. */
export function statusLine(status: StatusView): string {
  const roles = servletsOf(status).map(
    ([role, { version, state }]) => `${role.toUpperCase()} ${numberOf(status, version)} ${state}`,
  );
  const { verdict, phase, outage } = status;
  const progress =
    verdict === null ? phase : `${verdictWord(verdict)} ${percentDone(verdict.progress)}`;
  const down = outage ? 'USERS ARE NOT SERVED' : '';
  return [...roles, down, progress].filter((part) => part !== '').join('  ');
}

// Private

function headline(status: StatusView, { colors, nowMs, columns }: TextOptions): string[] {
  const parts = [colors.strong(printable(status.vili.identifier))];
  const plain = [printable(status.vili.identifier)];
  const add = (text: string, style: Style = (same) => same): void => {
    parts.push(style(text));
    plain.push(text);
  };
  for (const [role, servlet] of servletsOf(status)) {
    add(`${role.toUpperCase()} ${numberOf(status, servlet.version)} (${ageOf(servlet, nowMs)})`);
  }
  if (status.running === null) add('nothing is running', colors.bad);
  add(status.verdict === null ? status.phase : progressText(status.verdict));
  // One line if it fits, else one part per line, so that nothing is cut.
  if (plain.join('   ').length <= columns) return [parts.join('   ')];
  return parts.map((part, at) => (at === 0 ? part : INDENT + part));
}

function verdictWord(verdict: VerdictView): string {
  if (verdict.decision !== 'collecting') return verdict.decision;
  return verdict.reasons.length > 0 ? 'hold' : 'collecting';
}

function progressText({ decision, progress, estimate, reasons }: VerdictView): string {
  if (decision !== 'collecting') return decision;
  const text = `collecting ${percentDone(progress)}`;
  if (estimate?.never != null) return `${text}  never at this traffic`;
  const leftMs = estimate?.leftMs ?? null;
  return leftMs === null || reasons.length > 0 ? text : `${text}  ~${shortDuration(leftMs)} left`;
}

function servletLines(status: StatusView, { colors }: TextOptions): string[] {
  const rows = servletsOf(status).map(
    ([role, { state, instance, pid, port, restarts }]): Cell[] => [
      role,
      { text: state, style: styleOf(state, colors) },
      printable(instance),
      pid === null ? '-' : `pid ${pid}`,
      port === null ? '-' : `port ${port}`,
      restarts > 0 ? counted(restarts, 'restart') : '',
    ],
  );
  return alignRows(rows, INDENT);
}

/** Why a servlet does not serve, and when it is tried again. */
function problemLines(status: StatusView, { columns, colors, nowMs }: TextOptions): string[] {
  return servletsOf(status).flatMap(([role, { state, problem, nextTryAt }]) => {
    if (state === 'ready' || problem === null) return [];
    const dueMs = nextTryAt === null ? Number.NaN : Date.parse(nextTryAt) - nowMs;
    const next = Number.isNaN(dueMs)
      ? ''
      : `; next try ${dueMs < 1000 ? 'now' : `in ${shortDuration(dueMs)}`}`;
    const text = `${INDENT}${role} does not serve: ${printable(problem)}${next}`;
    return wrapWords(text, columns, INDENT + INDENT).map(colors.bad);
  });
}

/** Whoever listens on a servlet's port is believed: nobody should forget that. */
function trustLines({ vili }: StatusView, { columns, colors }: TextOptions): string[] {
  if (vili.servletTls !== 'unchecked') return [];
  const text = `${INDENT}! The certificate of the service is not checked (servlet.insecure=true).`;
  return wrapWords(text, columns, '    ').map(colors.careful);
}

function diskLines({ disk }: StatusView, { columns, colors }: TextOptions): string[] {
  const { freeShare, minFree, failing } = disk;
  const texts = failing.map(({ what, problem, failures }) => {
    const times = failures === 1 ? '' : `, ${grouped(failures)} times`;
    return `${what} cannot be written${times}: ${printable(problem)}; it is tried again by itself`;
  });
  if (freeShare !== null && freeShare < minFree) {
    const limit = `less than disk.min_free ${percent(minFree)}`;
    const act = 'no new test begins, and logs may not fit. Delete or move what is not needed';
    texts.unshift(`${percent(freeShare)} free, ${limit}: ${act}; Vili then goes on by itself`);
  }
  return texts.flatMap((text) =>
    wrapWords(`${INDENT}disk     ${text}`, columns, ' '.repeat(11)).map(colors.bad),
  );
}

/** While users are not served, nothing else matters as much. */
export function outageLines(outage: StatusView['outage'], options: TextOptions): string[] {
  if (!outage) return [];
  const text = `${outage.text[0]?.toUpperCase()}${outage.text.slice(1)}`;
  return wrapWords(`${INDENT}! ${sentence(printable(text))}`, options.columns, '    ').map(
    options.colors.bad,
  );
}

/** Why nothing is decided by itself, and what ends that. */
export function pauseLines(paused: StatusView['paused'], options: TextOptions): string[] {
  if (!paused) return [];
  const { by, at, reason } = paused;
  const why = reason === undefined ? '' : ` (${reason})`;
  const since = `${INDENT}! Paused by ${by} on ${dateTime(at)}${why}`;
  const text = `${since}: nothing is promoted or rejected by itself until vili resume.`;
  return wrapWords(printable(text), options.columns, '    ').map(options.colors.careful);
}

/** A version that may go live, and until when it does not. */
export function waitLines(waits: StatusView['waits'], options: TextOptions): string[] {
  if (!waits) return [];
  return wrapWords(`${INDENT}! ${sentence(printable(waits.text))}`, options.columns, '    ').map(
    options.colors.careful,
  );
}

function rollbackLines(rollback: StatusView['rollback'], options: TextOptions): string[] {
  if (!rollback) return [];
  const { version, phase, by } = rollback;
  const text = `${INDENT}! Users go back to ${version}, as ${by} asked: ${phase}.`;
  return wrapWords(printable(text), options.columns, '    ').map(options.colors.careful);
}

function servletsOf(status: StatusView): (readonly [role: string, servlet: ServletView])[] {
  const roles = ['running', 'testing', 'previous'] as const;
  return roles.flatMap((role) => {
    const servlet = status[role];
    return servlet === null ? [] : [[role, servlet] as const];
  });
}

function styleOf(state: ServletView['state'], colors: Colors): Style {
  if (state === 'ready') return colors.good;
  return state === 'unhealthy' || state === 'backoff' ? colors.bad : colors.careful;
}

/** What users got in place of responses; the causes only while they are recent. */
function userLines({ failed, failures }: UsersView, options: TextOptions): string[] {
  const { columns, colors, nowMs } = options;
  const parts = Object.entries(failed).filter(([, count]) => count > 0);
  if (parts.length === 0) return [];
  const got = parts.map(([outcome, count]) => gotText(outcome, count)).join(', ');
  const recent = failures.filter(({ last }) => nowMs - Date.parse(last) < RECENT_MS);
  const causes = recent.slice(0, CAUSES_MAX).map(({ text, requestId }) => {
    const id = requestId === '' ? '' : ` (last request id ${requestId})`;
    return wrapWords(`${INDENT}users    ${printable(text + id)}`, columns, ' '.repeat(11));
  });
  const sum = wrapWords(`${INDENT}users    got ${got} since Vili started`, columns, ' '.repeat(11));
  return [...sum, ...causes.flat().map(colors.bad)];
}

function trafficLines(traffic: TrafficView, { columns }: TextOptions): string[] {
  if (traffic.received === 0) return [`${INDENT}traffic  none yet`];
  const parts = [
    `${grouped(traffic.received)} received`,
    traffic.mirrored === 0 ? '' : `${grouped(traffic.mirrored)} mirrored`,
    byReason('skipped', traffic.skipped),
    byReason('dropped', traffic.dropped),
    byReason('failed', traffic.failed),
    traffic.inFlight === 0 ? '' : `${traffic.inFlight} in flight`,
  ];
  const text = parts.filter((part) => part !== '').join(', ');
  return wrapWords(`${INDENT}traffic  ${text}`, columns, ' '.repeat(11));
}

function byReason(what: string, counts: Readonly<Record<string, number>>): string {
  const present = Object.entries(counts).filter(([, count]) => count > 0);
  const [only] = present;
  if (only === undefined) return '';
  if (present.length === 1) return `${grouped(only[1])} ${what} (${printable(only[0])})`;
  const sum = present.reduce((total, [, count]) => total + count, 0);
  const each = present.map(([reason, count]) => `${grouped(count)} ${printable(reason)}`);
  return `${grouped(sum)} ${what} (${each.join(', ')})`;
}

function verdictLines(verdict: VerdictView | null, options: TextOptions): string[] {
  if (verdict === null) return ['verdict: none, nothing is under test'];
  const { columns, colors } = options;
  const word = verdictWord(verdict);
  const sentences = verdict.reasons.map((reason) => sentence(printable(reason.text)));
  const text = ['verdict:', `${word}.`, ...sentences].join(' ');
  const lines = wrapWords(text, columns, INDENT);
  const style =
    word === 'promote' ? colors.good : word === 'collecting' ? colors.quiet : colors.bad;
  if (lines[0] !== undefined) lines[0] = lines[0].replace(`${word}.`, style(`${word}.`));
  return [
    ...lines,
    ...neededLines(verdict.missing, columns, INDENT),
    ...neverLines(verdict.estimate, options),
    ...declaredLines(verdict.declared, options),
  ];
}

function daemonLines(status: StatusView, { columns, colors }: TextOptions): string[] {
  const { version, pid, port, base, uptimeMs } = status.vili;
  const { count, bytes: size } = status.archive;
  const archive = count === 0 ? '' : `  archive ${count} (${bytes(size)})`;
  const { baseBytes } = status.disk;
  const taken = baseBytes === null ? '' : ` (${bytes(baseBytes)})`;
  const text = `vili ${printable(version)}  pid ${pid}  up ${shortDuration(uptimeMs)}  port ${port}${archive}`;
  return wrapWords(`${text}  base ${printable(base)}${taken}`, columns, INDENT).map(colors.quiet);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function ageOf(servlet: ServletView, nowMs: number): string {
  const startedMs = servlet.startedAt === null ? Number.NaN : Date.parse(servlet.startedAt);
  return Number.isNaN(startedMs) ? servlet.state : shortDuration(nowMs - startedMs);
}

/** `1.4.2` of `inventory-1.4.2`. */
function numberOf({ vili }: StatusView, version: string): string {
  const prefix = `${vili.identifier}-`;
  const number = version.startsWith(prefix) ? version.slice(prefix.length) : version;
  // The folder of an executable without an extension.
  return printable(number.replace(/\.d$/, ''));
}
