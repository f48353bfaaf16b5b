import { count, duration, requestPath, signalName } from '../formats.ts';
import { setting } from './setting.ts';

/** The life of one process: ready, alive, stopped, started again. */
export const processes = {
  readiness: {
    path: setting(
      requestPath,
      'none',
      'A new instance is ready when this path answers 2xx or 3xx. Without one, any HTTP answer ' +
        'to `/` will do.',
    ),
    timeout: setting(
      duration,
      '60s',
      'How long a new instance may take to get ready before it counts as failed. Raising it ' +
        'delays the news of a version that never starts.',
      { min: '100ms', max: '1h' },
    ),
    interval: setting(
      duration,
      '250ms',
      'How often readiness is asked. A small value costs the service that many extra requests ' +
        'while it starts.',
      { min: '10ms', max: '1m' },
    ),
    successes: setting(
      count,
      '1',
      'How many good answers in a row make an instance ready. Each costs one interval.',
      { min: '1', max: '100' },
    ),
  },
  liveness: {
    path: setting(
      requestPath,
      'none',
      'Asked for as long as an instance runs. Without one, `readiness.path` is asked; without that one ' +
        'either, only the end of the process is noticed.',
    ),
    interval: setting(
      duration,
      '10s',
      'How often liveness is asked. Raising it delays the restart of a service that hangs.',
      { min: '100ms', max: '1h' },
    ),
    timeout: setting(
      duration,
      '5s',
      'How long one liveness answer may take. Raising it delays the restart of a service that hangs.',
      { min: '10ms', max: '10m' },
    ),
    failures: setting(
      count,
      '3',
      'How many failures in a row make an instance unhealthy. Raising it hides short hiccups and ' +
        'delays a needed restart.',
      { min: '1', max: '1000' },
    ),
  },
  stop: {
    timeout: setting(
      duration,
      '30s',
      'From `stop.signal` to SIGKILL, after the drain. Raising it lets slow services finish and ' +
        'makes promotions and the end of Vili take longer.',
      { max: '1h' },
    ),
    signal: setting(signalName, 'SIGTERM', 'The signal that asks the service to end.'),
  },
  drain: {
    timeout: setting(
      duration,
      '30s',
      'How long requests in flight may finish on an instance that is replaced. Raising it keeps ' +
        'both instances in memory longer.',
      { max: '24h' },
    ),
  },
  restart: {
    backoff_min: setting(
      duration,
      '500ms',
      'The wait before the first restart after a crash. Raising it lengthens every short outage.',
      { min: '10ms', max: '1h' },
    ),
    backoff_max: setting(
      duration,
      '60s',
      'The longest wait between restarts. Raising it lengthens the outage once a cause is gone.',
      { min: '10ms', max: '24h' },
    ),
    reset_after: setting(
      duration,
      '60s',
      'An instance that ran this long starts again with the shortest wait. It must be at least ' +
        '`restart.backoff_max`.',
      { min: '10ms', max: '7d' },
    ),
    testing_max: setting(
      count,
      '2',
      'How often a testing version may end by itself until it is rejected. Running is started again ' +
        'for ever.',
      { min: '1', max: '1000' },
    ),
  },
  testing: {
    nice: setting(
      count,
      '0',
      'How far the processes of a version under test stand back when processor time is short, as by ' +
        '`nice`. Raising it spares users of a busy host; testing then looks slower than it is, and a good ' +
        'version may be held or rejected for that.',
      { min: '0', max: '19' },
    ),
    spared_processors: setting(
      count,
      '0',
      'How many processors of the host the processes of a version under test may not use, so that users find ' +
        'one free at once whatever it does; at least one is left to it. 1 keeps endless loops and floods of it ' +
        'from being felt on a small host. It then has fewer processors than running, and may look slower. Needs ' +
        '`taskset` (util-linux).',
      { min: '0', max: '1024' },
    ),
  },
  arrival: {
    stable: setting(
      duration,
      '2s',
      'How long the size of a new server file must stay the same before it counts as whole. ' +
        'Raising it delays every test; lowering it risks half a file on a slow download.',
      { min: '10ms', max: '1h' },
    ),
    poll: setting(
      duration,
      '200ms',
      'How often the size of an arriving file is looked at. A small value costs file system calls.',
      { min: '10ms', max: '1m' },
    ),
  },
};
