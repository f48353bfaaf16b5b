import { join } from 'node:path';
import type { Settings } from '../../../config/settings.ts';
import type { Layout } from '../../../lib/base/names/layout.ts';
import { shortDuration } from '../../../lib/text/times.ts';
import type { Migration } from './migration-item.ts';

/** What the Go program copied. */
const GO_METHODS = ['GET', 'PUT', 'PATCH'];
/** Running, previous, and two of testing while one replaces the other. */
const PORTS_NEEDED = 4;

/** The paths that others read, which stay what they were. */
export function keptOf(layout: Layout, { identifier, logDir }: Settings): Migration[] {
  const keeps = (what: string, text: string): Migration => ({ kind: 'keeps', what, text });
  const { base } = layout;
  const json = (role: 'running' | 'testing'): string =>
    join(layout.logsLink(role), 'json', `${identifier}.log`).slice(base.length + 1);
  const own =
    logDir === ''
      ? ({
          kind: 'differs',
          what: 'logs',
          text: "without log_dir Vili's own log goes to standard output",
        } as const)
      : keeps(
          'logs',
          `${join(logDir, 'vili.log')}, ${join(logDir, 'json', 'vili.log')}, this one filled from the start`,
        );
  return [
    keeps(
      'links',
      `${identifier}-running, ${identifier}-test and their logs_…, replaced in one step`,
    ),
    keeps('logs', `${json('running')}, ${json('testing')}`),
    own,
    keeps('file', `${identifier}.jar, the link that others maintain, is never a version`),
  ];
}

/** What works in another way, by the settings as they are here. */
export function differencesOf(settings: Settings): Migration[] {
  const { mirror, portRange, passEnvironment, probationMs } = settings;
  const differs = (what: string, text: string): Migration => ({ kind: 'differs', what, text });
  const lost = GO_METHODS.filter((method) => !mirror.methods.includes(method));
  const ports = portRange.to - portRange.from + 1;
  return [
    ...(lost.length === 0
      ? []
      : [
          differs(
            'mirror.methods',
            `${lost.join(' and ')} are not copied any more: a write sent twice can do harm; to copy them: mirror_methods="GET, HEAD, OPTIONS, ${lost.join(', ')}"`,
          ),
        ]),
    differs(
      'verdict',
      'pairs of responses decide, endpoint by endpoint, and a worse version is rejected; health checks are no evidence',
    ),
    differs(
      'probation',
      `the version before stays warm for ${shortDuration(probationMs)} after a promotion, then it is archived`,
    ),
    differs('instances', 'folders are numbered, 1_running, 2_test, in place of a time'),
    ...(passEnvironment.length > 0
      ? []
      : [
          differs(
            'environment',
            'the service gets PATH, HOME, LANG and a few more of it, not all; name others in pass_environment, or "*"',
          ),
        ]),
    ...(ports >= PORTS_NEEDED
      ? []
      : [
          differs(
            'port_range',
            `it has ${ports} ports, and up to ${PORTS_NEEDED} processes run at once`,
          ),
        ]),
  ];
}
