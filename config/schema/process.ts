import { count, duration, noticeSignal, requestPath, signalName } from '../formats.ts';
import { setting } from './setting.ts';

/** The life of one process: ready, alive, stopped, restarted. */
export const processes = {
  readiness: {
    path: setting(
      requestPath,
      'none',
      'A new instance is ready when this path responds 2xx or 3xx. Without one, any HTTP response ' +
        'to `/` will do.',
    ),
    timeout: setting(
      duration,
      '60s',
      'How long a new instance may take to become ready before it counts as failed. Raising it ' +
        'delays the report of a version that never starts.',
      { min: '100ms', max: '1h', reload: 'next process' },
    ),
    interval: setting(
      duration,
      '250ms',
      'How often readiness is probed. A small value costs the service that many extra requests ' +
        'while it starts.',
      { min: '10ms', max: '1m', reload: 'next process' },
    ),
    successes: setting(
      count,
      '1',
      'How many good responses in a row make an instance ready. Each costs one interval.',
      { min: '1', max: '100', reload: 'next process' },
    ),
  },
  liveness: {
    path: setting(
      requestPath,
      'none',
      'The path that is probed as long as an instance runs. Without one, `readiness.path` is probed; ' +
        'without either, only the end of the process is noticed.',
    ),
    interval: setting(
      duration,
      '10s',
      'How often liveness is probed. Raising it delays the restart of a service that hangs.',
      { min: '100ms', max: '1h', reload: 'next process' },
    ),
    timeout: setting(
      duration,
      '5s',
      'How long one liveness response may take. Raising it delays the restart of a service that hangs.',
      { min: '10ms', max: '10m', reload: 'next process' },
    ),
    failures: setting(
      count,
      '3',
      'How many failures in a row make an instance unhealthy. Raising it hides short hiccups and ' +
        'delays a needed restart.',
      { min: '1', max: '1000', reload: 'next process' },
    ),
  },
  stop: {
    timeout: setting(
      duration,
      '30s',
      'The time from `stop.signal` to SIGKILL, after the drain. Raising it lets slow services finish ' +
        'and makes promotions and the end of Vili take longer.',
      { max: '1h', reload: 'at once' },
    ),
    signal: setting(signalName, 'SIGTERM', 'The signal that asks the service to end.', {
      reload: 'at once',
    }),
  },
  role: {
    signal: setting(
      noticeSignal,
      'none',
      'The signal that a process gets when its role changes while it runs: a running version becomes previous by a ' +
        'promotion, and running again by a rollback. The new word is in the file `role` of its instance ' +
        'folder by then. A process that does not handle the signal may end by it.',
      { reload: 'at once' },
    ),
  },
  drain: {
    timeout: setting(
      duration,
      '30s',
      'How long requests in flight may take to finish on an instance that is replaced. Raising it ' +
        'keeps both instances in memory longer.',
      { max: '24h', reload: 'next process' },
    ),
  },
  restart: {
    backoff_min: setting(
      duration,
      '500ms',
      'The pause before the first restart after a crash. Raising it lengthens every short outage.',
      { min: '10ms', max: '1h', reload: 'at once' },
    ),
    backoff_max: setting(
      duration,
      '60s',
      'The longest pause between restarts. Raising it lengthens an outage whose cause is gone.',
      { min: '10ms', max: '24h', reload: 'at once' },
    ),
    reset_after: setting(
      duration,
      '60s',
      'After an instance was up this long, its next restart has the shortest pause again. It must be ' +
        'at least `restart.backoff_max`.',
      { min: '10ms', max: '7d' },
    ),
    testing_max: setting(
      count,
      '2',
      'How often a testing version may crash before it is rejected. Running is restarted ' +
        'forever.',
      { min: '1', max: '1000', reload: 'at once' },
    ),
  },
  testing: {
    nice: setting(
      count,
      '0',
      'The nice value (see `nice`) of the processes of a version under test. Raising it spares users ' +
        'of a busy host; testing then looks slower than it is, and a good version may be blocked or ' +
        'rejected for that.',
      { min: '0', max: '19', reload: 'next process' },
    ),
    spared_processors: setting(
      count,
      '0',
      'How many CPUs of the host a version under test may not use, so that one is free for users ' +
        'whatever it does; at least one is left to it. 1 hides its endless loops and floods from the users ' +
        'of a small host. Testing then has fewer CPUs than running, and may look slower. Needs `taskset` ' +
        '(util-linux).',
      { min: '0', max: '1024', reload: 'next process' },
    ),
  },
  arrival: {
    stable: setting(
      duration,
      '2s',
      'How long the size of a new server file must stay the same before it counts as complete. ' +
        'Raising it delays every test; lowering it risks half a file on a slow download.',
      { min: '10ms', max: '1h' },
    ),
    poll: setting(
      duration,
      '200ms',
      'How often the size of an arriving file is checked. A small value costs file system calls.',
      { min: '10ms', max: '1m' },
    ),
  },
};
