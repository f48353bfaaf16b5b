import type { LoopDelay, PartFacts } from '../facts.ts';
import { type Metric, single } from '../metric.ts';

const PART =
  '`vili`: the daemon with its threads; `launcher`: what starts the processes of the service; `proxy`: all processes of gate.processes';
const DELAYS: readonly (keyof LoopDelay)[] = ['mean', 'p99', 'max'];

/** Vili itself and its disk. */
export const HOST: readonly Metric[] = [
  {
    name: 'vili_info',
    type: 'gauge',
    help: 'What runs here, always 1',
    labels: {
      version: 'of Vili',
      identifier: 'the name of the server file without its version',
      node: 'the version of Node',
    },
    read: ({ status: { vili }, host }) => {
      const { version, identifier } = vili;
      return [[{ version, identifier, node: host.nodeVersion }, 1]];
    },
  },
  {
    name: 'vili_uptime_seconds',
    type: 'gauge',
    help: 'How long Vili has been running',
    read: ({ status }) => single(status.vili.uptimeMs / 1000),
  },
  part('vili_processes', 'gauge', 'Processes of Vili', ({ processes }) => processes),
  part(
    'vili_process_memory_bytes',
    'gauge',
    'Resident memory of a part of Vili',
    ({ memoryBytes }) => memoryBytes,
  ),
  part(
    'vili_process_cpu_seconds_total',
    'counter',
    'Processor time of a part of Vili',
    ({ cpuSeconds }) => cpuSeconds,
  ),
  {
    name: 'vili_heap_bytes',
    type: 'gauge',
    help: 'Heap in use on the main thread',
    read: ({ host }) => single(host.heapBytes),
  },
  {
    name: 'vili_event_loop_busy_seconds_total',
    type: 'counter',
    help: 'How long the main thread was not idle',
    read: ({ host }) => single(host.loopBusySeconds),
  },
  {
    name: 'vili_event_loop_delay_seconds',
    type: 'gauge',
    help: 'How late the main thread woke up in the last minute',
    labels: { statistic: '`mean`; `p99` and `max` of the worst second' },
    read: ({ recorded: { loopDelay } }) =>
      loopDelay === null
        ? []
        : DELAYS.map((statistic) => [{ statistic }, loopDelay[statistic]] as const),
  },
  {
    name: 'vili_disk_free_ratio',
    type: 'gauge',
    help: "Free share of the base's file system",
    read: ({ status }) => single(status.disk.freeShare),
  },
  {
    name: 'vili_disk_needed_ratio',
    type: 'gauge',
    help: 'The share that has to be free for a test to begin, disk.min_free',
    read: ({ status }) => single(status.disk.minFree),
  },
  {
    name: 'vili_base_bytes',
    type: 'gauge',
    help: 'What the base folder takes, at least',
    read: ({ status }) => single(status.disk.baseBytes),
  },
  {
    name: 'vili_archives',
    type: 'gauge',
    help: 'Archived versions',
    read: ({ status }) => single(status.archive.count),
  },
  {
    name: 'vili_archive_bytes',
    type: 'gauge',
    help: 'What archived versions take',
    read: ({ status }) => single(status.archive.bytes),
  },
  {
    name: 'vili_failing_writes',
    type: 'gauge',
    help: "Vili's own files that cannot be written now",
    read: ({ status }) => single(status.disk.failing.length),
  },
];

// Private

function part(
  name: Metric['name'],
  type: 'counter' | 'gauge',
  help: string,
  read: (part: PartFacts) => number,
): Metric {
  return {
    name,
    type,
    help,
    labels: { part: PART },
    read: ({ host }) => host.parts.map((one) => [{ part: one.part }, read(one)]),
  };
}
