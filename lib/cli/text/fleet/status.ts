import type { StatusView } from '../../../operator/views/status-view.ts';
import type { TextOptions } from '../colors.ts';
import { printable } from '../printable.ts';
import { wrapWords } from '../table.ts';

const INDENT = '  ';

/** What `vili status` says of a fleet: only what this host waits for, and an engine that is gone. */
export function fleetLines(
  fleet: StatusView['fleet'],
  { columns, colors }: TextOptions,
): readonly string[] {
  if (!fleet) return [];
  const { problem, waits, leader, name } = fleet;
  const lines = (text: string): string[] =>
    wrapWords(`${INDENT}fleet    ${printable(text)}`, columns, ' '.repeat(11));
  if (problem !== null) {
    return lines(`${problem}; nothing is promoted by itself until etcd is back`).map(colors.bad);
  }
  if (waits !== null) return lines(waits).map(colors.careful);
  return lines(leader === null ? `${name}, nobody leads yet` : `${name}, led by ${leader}`);
}
