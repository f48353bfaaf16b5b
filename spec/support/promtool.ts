import { spawnSync } from 'node:child_process';

/** Whether Prometheus' own checker is installed: Debian's package `prometheus`. */
export function hasPromtool(): boolean {
  return spawnSync('promtool', ['--version']).status === 0;
}

/** What promtool objects to; empty: nothing. */
export function promtoolProblems(args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  return status === 0 ? stderr : `exit ${status}: ${stderr}${stdout}`;
}
