import type { TestReport } from '../../../evaluation/report/report.ts';
import type { TextOptions } from '../colors.ts';
import { printable } from '../printable.ts';
import { wrapWords } from '../table.ts';

/** Why the traffic is too little for the test to end with a promotion, and what people can do. */
export function neverLines(
  estimate: TestReport['estimate'],
  { columns, colors }: Pick<TextOptions, 'columns' | 'colors'>,
  indent = '  ',
): string[] {
  if (estimate?.never == null) return [];
  const text = `${indent}never at this traffic: ${printable(estimate.never)}`;
  const advice = 'more traffic, a longer verdict.deadline, or vili promote';
  return wrapWords(`${text}; ${advice}`, columns, '  ').map(colors.careful);
}
