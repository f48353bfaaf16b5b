import { type Metric, single, stateSet } from '../metric.ts';

const PHASES = ['collecting', 'waves', 'done', 'rejected', 'stopped'];
const STATES = [
  'steady',
  'testing',
  'switching',
  'probation',
  'gone',
  'rejected',
  'other content',
  'away',
];

/** Several hosts as one; without `fleet.endpoints` none of them is there. */
export const FLEET: readonly Metric[] = [
  {
    name: 'vili_fleet_engine_up',
    help: '1 while etcd is there and counts this host in, else 0',
    type: 'gauge',
    read: ({ fleet }) => single(fleet && (fleet.engine.problem === null ? 1 : 0)),
  },
  {
    name: 'vili_fleet_leads',
    help: '1 on the host that leads, else 0',
    type: 'gauge',
    read: ({ fleet }) => single(fleet && (fleet.leader?.host === fleet.host ? 1 : 0)),
  },
  {
    name: 'vili_fleet_hosts',
    help: 'Hosts of the fleet by what they do, as this host knows it',
    type: 'gauge',
    labels: { state: 'what `vili fleet` shows of a host' },
    read: ({ fleet }) => {
      if (fleet === null) return [];
      return STATES.map((state) => [
        { state },
        fleet.hosts.filter((host) => host.state === state).length,
      ]);
    },
  },
  {
    name: 'vili_fleet_rollout_phase',
    help: '1 for the phase of the rollout',
    type: 'gauge',
    labels: { phase: 'phase of the rollout' },
    read: ({ fleet }) =>
      fleet === null ? [] : stateSet('phase', PHASES, fleet.rollout?.phase ?? null),
  },
  {
    name: 'vili_fleet_wave',
    help: 'The wave that is open, from 1 on; 0 before',
    type: 'gauge',
    read: ({ fleet }) => single(fleet && (fleet.rollout?.wave ?? 0)),
  },
  {
    name: 'vili_fleet_held',
    help: '1 while an operator, or a host that rejected the version, holds the rollout',
    type: 'gauge',
    read: ({ fleet }) =>
      single(fleet && (fleet.hold !== null || (fleet.rollout?.heldBy ?? null) !== null ? 1 : 0)),
  },
];
