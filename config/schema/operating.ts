import { count, duration, listenAddress, oneOf, path, share, size, text } from '../formats.ts';
import { setting, withoutDefault } from './setting.ts';

/** Logs, disk and traces. */
export const operating = {
  log_dir: setting(
    path,
    '',
    "The folder of Vili's own logs, as text and as JSON lines. Without one they go to stdout.",
  ),
  log: {
    level: setting(
      oneOf(['debug', 'info', 'notice', 'warning', 'error', 'crit']),
      'info',
      "The least severe line of Vili's own logs that is written; `debug` writes much more.",
      { reload: 'at once' },
    ),
    max_size: setting(
      size,
      '10MiB',
      "Vili's own logs are rotated and compressed at this size. Raising it takes that much more disk.",
      { min: '4KiB', max: '10GiB', reload: 'at once' },
    ),
    keep: setting(
      count,
      '10',
      "How many rotated files of Vili's own logs are kept. Each takes disk.",
      { max: '10000', reload: 'at once' },
    ),
    level_field: setting(
      text,
      '',
      "The field of the level in the service's JSON log, where Vili does not find it by itself.",
    ),
    numbers: setting(
      oneOf(['auto', 'pino', 'syslog', 'python']),
      'auto',
      "What a number means as a level in the service's JSON log: 40 is a warning in pino and an " +
        'error in python; in syslog lower is worse.',
    ),
  },
  logs: {
    source: setting(
      oneOf(['auto', 'file', 'stdout', 'stderr']),
      'auto',
      "Where the service's JSON log is: the file `logs/json/IDENTIFIER.log` of the instance, or what it writes to " +
        'stdout or stderr. `auto` takes the file where there is one, else those of the others that have JSON lines.',
    ),
  },
  servlet_log: {
    max_size: setting(
      size,
      '100MiB',
      '`stdOut`, `stdErr` and the JSON log of an instance are copied aside and truncated at this size, so each instance ' +
        'may take six times that much disk. While the disk is short, the limit is a quarter of `disk.min_free`.',
      { min: '64KiB', max: '1TiB', reload: 'at once' },
    ),
  },
  instances: {
    keep: setting(
      count,
      '20',
      'How many folders of ended instances a version keeps, the newest. A service that keeps crashing ' +
        'leaves one at every start.',
      { min: '1', max: '10000', reload: 'next process' },
    ),
  },
  archive: {
    max_size: setting(
      size,
      '1GiB',
      'How much disk archived versions may take; the oldest are deleted first. Other files in `archive/` do not count.',
      { max: '1000TiB', reload: 'at once' },
    ),
  },
  disk: {
    min_free: setting(
      share,
      '5%',
      'The share of the disk that stays free; the oldest archives on that disk are deleted for it, if that is enough ' +
        'or the disk is full. With less, no new test begins.',
      { max: '90%', reload: 'at once' },
    ),
    interval: setting(
      duration,
      '30s',
      'How often disk usage is measured. A long interval may miss a disk that fills up quickly.',
      {
        min: '100ms',
        max: '24h',
      },
    ),
  },
  trace: {
    size: setting(
      count,
      '20000',
      'How many trace records are kept in memory, about 75 bytes each.',
      { min: '100', max: '10000000' },
    ),
    slow: setting(
      duration,
      '100ms',
      'A message whose handling takes longer is reported as slow. Raising it hides stalls.',
      { min: '1ms', max: '1h' },
    ),
  },
  history: {
    max_entries: setting(
      count,
      '10000',
      'How many history events are kept on disk, about 500 bytes each; the oldest are deleted first.',
      { min: '10', max: '10000000' },
    ),
  },
  admin: {
    listen: setting(
      listenAddress,
      'none',
      'The TCP address of the dashboard and the control API, for programs on this host and, with `admin.token`, for operators elsewhere.',
    ),
    token: withoutDefault(
      text,
      '',
      'What an operator sends to have and do everything through `admin.listen`, at least 16 characters. Without it, ' +
        'only `status`, `verdict`, `history`, `events` and `tree` are there, on a loopback address.',
      { sensitive: true },
    ),
    cert: setting(
      path,
      '',
      'The certificate of `admin.listen`, PEM, with those of the authorities between: TLS. Read at the start.',
    ),
    key: setting(path, '', 'The key of `admin.cert`, PEM.'),
  },
};
