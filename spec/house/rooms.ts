interface Room {
  readonly idea: string;
  /** The rooms that its files may import, types included, separated by spaces. */
  readonly imports: string;
}

/**
 * The rooms of the house from the ground up. A room imports only rooms above it in this table; every room may also
 * import `lib/errors.ts`. ARCHITECTURE.md prints the same table.
 */
export const ROOMS: Readonly<Record<string, Room>> = {
  'lib/model': {
    idea: 'types that several rooms share: exchange, target, role, release, reason, servlet facts, trace record, path template',
    imports: '',
  },
  'lib/runtime': {
    idea: 'Node itself: child processes, threads, priorities, V8 flags, backoff, watchdog',
    imports: '',
  },
  'lib/text': { idea: 'how numbers, shares, times and sizes are written for people', imports: '' },
  config: {
    idea: 'every setting, one schema; read at the start and by a reload',
    imports: 'lib/model lib/text',
  },
  'lib/actor': {
    idea: 'the layer over nact: addresses, supervision, ask, watch, trace',
    imports: 'lib/model lib/runtime',
  },
  'lib/base': {
    idea: 'the base folder: names, arriving files, instances and links, state',
    imports: 'lib/model',
  },
  'lib/disk': { idea: 'free space, what cannot be written, rotation of logs', imports: 'lib/base' },
  'lib/journal': { idea: "Vili's own log, and the trace log on disk", imports: 'lib/base' },
  'lib/archive': { idea: 'zip, verify, restore, retention', imports: 'lib/runtime lib/base' },
  'lib/notify': { idea: 'messages to people elsewhere', imports: 'lib/model' },
  'lib/deployment': {
    idea: 'pure state machine of versions',
    imports: 'lib/model lib/text lib/base',
  },
  'lib/servlet': {
    idea: 'processes of the service: slots of a version, launcher, health, ports',
    imports: 'lib/model lib/runtime lib/base',
  },
  'lib/proxy': {
    idea: "the users' path: `downstream` (users), `upstream` (running), `http`, `request`, `copy`, `share`, `preview`, `io`",
    imports: 'lib/model lib/runtime',
  },
  'lib/compare': {
    idea: 'the differences between two responses, endpoints, noise, masking',
    imports: 'lib/model',
  },
  'lib/logs': {
    idea: 'log files: `follow`, `classify`, `count`, `show`',
    imports: 'lib/model lib/runtime lib/base lib/compare',
  },
  'lib/verdict': {
    idea: 'pure statistics: evidence -> decision with reasons; one file per signal',
    imports: 'lib/model lib/text lib/compare lib/logs',
  },
  'lib/mirror': {
    idea: 'the testing side: `host` (main thread), `load`, `wire`, `worker` (in the thread), `state`, `request`',
    imports: 'lib/model lib/runtime lib/proxy lib/compare',
  },
  'lib/cluster': {
    idea: 'the same proxy in several processes',
    imports: 'lib/model lib/runtime lib/proxy lib/mirror',
  },
  'lib/evaluation': {
    idea: 'all evidence on one version, its samples and report, replay',
    imports: 'lib/model lib/runtime lib/text lib/base lib/compare lib/logs lib/verdict lib/mirror',
  },
  'lib/fleet': {
    idea: 'several hosts that decide together: the `engine` they share, `evidence` of all, `rollout` in waves, `session` of one host',
    imports: 'lib/model lib/runtime lib/text lib/deployment lib/verdict',
  },
  'lib/metrics': {
    idea: 'what Prometheus is told: metrics declared once, by family; what is counted for them, `series` for charts, and `spans` for a collector of traces',
    imports: 'lib/model lib/runtime lib/compare lib/verdict lib/evaluation',
  },
  'lib/page': {
    idea: 'the files of the dashboard, and how they are served; what runs in the browser is in `page/`',
    imports: '',
  },
  'lib/operator': {
    idea: 'control API: routes declared once, server, client, live events; the door of `vili dashboard`',
    imports:
      'lib/model lib/text lib/base lib/compare lib/deployment lib/evaluation lib/fleet lib/metrics lib/page',
  },
  'lib/cli': {
    idea: 'one file per command, and the text that they print',
    imports: 'lib/model lib/text lib/evaluation lib/operator',
  },
  'lib/demo': {
    idea: 'the embedded service and its users',
    imports: 'lib/model lib/text lib/operator lib/cli',
  },
  actors: {
    idea: 'behaviours, the supervision table, and in `app` the process edge',
    imports:
      'lib/model lib/runtime lib/text config lib/actor lib/base lib/disk lib/journal lib/archive lib/notify lib/deployment lib/servlet lib/proxy lib/compare lib/logs lib/verdict lib/mirror lib/cluster lib/evaluation lib/fleet lib/metrics lib/operator lib/cli lib/demo',
  },
};

/** The table as ARCHITECTURE.md prints it, a Markdown row for each room. */
export function tableRows(): readonly string[] {
  return Object.entries(ROOMS).map(
    ([room, { idea, imports }]) =>
      `| \`${room}\` | ${idea} | ${imports.replaceAll('lib/', '') || '-'} |`,
  );
}
