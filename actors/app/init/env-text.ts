import type { Findings } from './look.ts';

const FIRST_RANGE = { from: 9400, to: 9500 };
const OTHER_RANGE = { from: 9600, to: 9700 };

/** The `.env` for a service as it was found, with comments that say what each line is for. */
export function envText(identifier: string, found: Findings): string {
  const { port, properties, serverFile } = found;
  const { from, to } = rangeBeside(port);
  const example = serverFile ?? `${identifier}-1.0.0.jar`;
  const file =
    properties === null
      ? [
          '# The service finds its port in the variable PORT (a jar: also as -Dserver.port). If it reads a properties file',
          '# instead, name that file and the key of the port in it.',
          '#properties_file_name="local_override.properties"',
          'port_identifier="server.port"',
        ]
      : [
          '# This file is copied for each process of the service, with the value of this key replaced by the port of the process.',
          `properties_file_name="${properties.fileName}"`,
          `port_identifier="${properties.key}"`,
        ];
  return `${[
    '# Settings of Vili for this folder. All of them: docs/configuration.md. Check them with: vili check',
    '',
    '# The port of the users, on which Vili itself listens.',
    `port="${port}"`,
    `# Server files are called ${identifier}-VERSION.EXTENSION, such as ${example}.`,
    `identifier="${identifier}"`,
    '# The ports that processes of the service get.',
    `port_range="${from}-${to}"`,
    '',
    ...file,
    '',
    "# Vili's own logs; without a folder they go to standard output.",
    'log_dir="logs_vili"',
    '',
    '# ---- What you may want to change. The lines below show the defaults.',
    '',
    '# A process is ready when this path responds 2xx or 3xx (none: when / responds at all).',
    '#readiness_path="/health"',
    '# Only these methods are copied to a version under test: a write that is sent twice can do harm.',
    '#mirror_methods="GET, HEAD, OPTIONS"',
    '# auto promotes and rejects by itself, manual only says what it would do.',
    '#verdict_mode="auto"',
    '# The least evidence for a promotion.',
    '#verdict_min_requests="200"',
    '#verdict_min_time="5m"',
    '# How long the version before stays warm after a promotion.',
    '#probation="10m"',
  ].join('\n')}\n`;
}

// Private

/** The users' port must not be among those of the service. */
function rangeBeside(port: number): { readonly from: number; readonly to: number } {
  return port >= FIRST_RANGE.from && port <= FIRST_RANGE.to ? OTHER_RANGE : FIRST_RANGE;
}
