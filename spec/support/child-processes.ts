import { readFileSync } from 'node:fs';
import { readStat } from '../../lib/servlet/process/identity.ts';

/** Pids of the children of process `pid` that have this name. */
export function childrenNamed(pid: number, name: string): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === ''
    ? []
    : children
        .split(' ')
        .map(Number)
        .filter((child) => readStat(child)?.command === name);
}
