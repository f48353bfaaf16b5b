import type { TestReport } from '../../evaluation/report/report.ts';
import type { Colors } from './colors.ts';
import { printable } from './printable.ts';
import { alignRows, type Cell } from './table.ts';

/** The table of signals: what both versions did; for 80 columns. */
export function signalLines(signals: TestReport['signals'], colors: Colors): string[] {
  if (signals.length === 0) return [];
  const head: Cell[] = ['signal', 'running', 'testing', 'limit', 'state'];
  const rows = signals.map((it): Cell[] => [
    printable(it.name),
    printable(it.running),
    printable(it.testing),
    printable(it.limit),
    { text: printable(it.state), style: styleOf(it.state, colors) },
  ]);
  return alignRows([head, ...rows], '  ');
}

// Private

function styleOf(state: TestReport['signals'][number]['state'], colors: Colors) {
  if (state === 'FAIL') return colors.bad;
  if (state === 'watch') return colors.careful;
  return state === 'ok' ? colors.good : colors.quiet;
}
