import { MEASURED_ROLES, type MeasuredRole, type MetricFacts, type ServletFact } from '../facts.ts';
import type { ProcessUsage } from '../../model/servlet-facts.ts';
import { byName, type Metric, single, stateSet, type Value } from '../metric.ts';

const PHASES = ['starting', 'steady', 'testing', 'promoting', 'probation', 'stopping'];
const ROLE = '`running`, `testing` or `previous`';
const TAKEN = 'all its processes together';

/** Events that are told before they happen for the first time, so that their increase can be. */
const EVENTS = {
  stepped: 0,
  promoted: 0,
  rejected: 0,
  'rolled-back': 0,
  superseded: 0,
  crashed: 0,
  restarted: 0,
};

/** Versions, their processes, and what becomes of them. */
export const VERSIONS: readonly Metric[] = [
  {
    name: 'vili_phase',
    type: 'gauge',
    help: 'What Vili is doing, 1 for the present phase',
    labels: { phase: PHASES.map((one) => `\`${one}\``).join(', ') },
    read: ({ status }) => stateSet('phase', PHASES, status.phase),
  },
  {
    name: 'vili_version_info',
    type: 'gauge',
    help: 'Which version has which role, always 1',
    labels: { role: ROLE, version: 'the name of the version' },
    read: (facts) => servlets(facts, ({ version }) => [{ version }, 1]),
  },
  {
    name: 'vili_servlet_ready',
    type: 'gauge',
    help: '1 while the process of that role is ready',
    labels: { role: ROLE },
    read: (facts) => servlets(facts, ({ state }) => [{}, state === 'ready' ? 1 : 0]),
  },
  {
    name: 'vili_servlet_restarts_total',
    type: 'counter',
    help: 'Restarts of the process of that role; a new version begins at 0',
    labels: { role: ROLE },
    read: (facts) => servlets(facts, ({ restarts }) => [{}, restarts]),
  },
  {
    name: 'vili_servlet_start_time_seconds',
    type: 'gauge',
    help: 'When the process of that role was started, seconds since the epoch',
    labels: { role: ROLE },
    read: (facts) =>
      servlets(facts, ({ startedAt }) => {
        return startedAt === null ? null : [{}, Date.parse(startedAt) / 1000];
      }),
  },
  taken(
    'vili_servlet_memory_bytes',
    'gauge',
    `Memory of the version of that role, ${TAKEN}; pages shared by several count in parts`,
    ({ memoryBytes }) => memoryBytes,
  ),
  taken(
    'vili_servlet_cpu_seconds_total',
    'counter',
    `Processor time of the version of that role, ${TAKEN}; another process begins at 0`,
    ({ cpuMs }) => cpuMs / 1000,
  ),
  taken(
    'vili_servlet_threads',
    'gauge',
    `Threads of the version of that role, ${TAKEN}`,
    ({ threads }) => threads,
  ),
  taken(
    'vili_servlet_open_files',
    'gauge',
    `Open files of the version of that role, ${TAKEN}`,
    ({ files }) => files,
  ),
  {
    name: 'vili_history_events_total',
    type: 'counter',
    help: 'Events of vili history since Vili started: promotions, rejections, rollbacks, crashes and more',
    labels: { event: 'such as `promoted`, `rejected`, `rolled-back`, `crashed`' },
    read: ({ recorded }) => byName('event', { ...EVENTS, ...recorded.events }),
  },
  {
    name: 'vili_promotion_share',
    type: 'gauge',
    help: 'Share of the users, 0 to 1, that a version has which is promoted in steps; 0 outside of steps',
    read: ({ status }) => single(status.steps?.share ?? 0),
  },
  {
    name: 'vili_paused',
    type: 'gauge',
    help: '1 while an operator lets nothing be promoted or rejected by itself',
    read: ({ status }) => single(status.paused == null ? 0 : 1),
  },
  {
    name: 'vili_outage_seconds',
    type: 'gauge',
    help: 'For how long users have not been served since running is down; 0 while they are',
    read: ({ status }) => single((status.outage?.downForMs ?? 0) / 1000),
  },
];

// Private

function servlets(
  { status }: MetricFacts,
  read: (servlet: ServletFact) => Value | null,
): readonly Value[] {
  return MEASURED_ROLES.flatMap((role) => {
    const servlet = status[role];
    const found = servlet === null ? null : read(servlet);
    return found === null ? [] : [[{ role, ...found[0] }, found[1]] satisfies Value];
  });
}

function taken(
  name: Metric['name'],
  type: 'counter' | 'gauge',
  help: string,
  read: (usage: ProcessUsage) => number,
): Metric {
  const valueOf = (facts: MetricFacts, role: MeasuredRole): readonly Value[] => {
    const found = facts.recorded.usage?.[role];
    return found == null ? [] : [[{ role }, read(found.usage)]];
  };
  return {
    name,
    type,
    help,
    labels: { role: ROLE },
    read: (facts) => MEASURED_ROLES.flatMap((role) => valueOf(facts, role)),
  };
}
