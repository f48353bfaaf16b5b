import { expect } from 'chai';
import {
  bytes,
  counted,
  decimal,
  grouped,
  percent,
  percentDone,
  someOf,
} from '../../../lib/text/numbers.ts';
import { dateTime, durationOf, milliseconds, shortDuration } from '../../../lib/text/times.ts';

function each<T>(write: (value: T) => string, texts: Readonly<Record<string, T>>): void {
  for (const [text, value] of Object.entries(texts)) expect(write(value)).to.equal(text);
}

describe('a quantity in a text for people', () => {
  it('has its digits in groups and the noun in its number', () => {
    each(grouped, { 0: 0, 999: 999, '1,204': 1204, '1,000,000': 999_999.6 });
    each((count) => counted(count, 'request'), { '1 request': 1, '1,204 requests': 1204 });
  });

  it('has two digits that matter, and no zero behind the point', () => {
    const texts = { 0: 0, '0.02': 0.021, '0.1': 0.123, '1.5': 1.54, 3: 3.04, 10: 9.97, 31: 31.4 };
    each(decimal, { ...texts, '1,204': 1204.3 });
  });

  it('is a share with a space before the sign', () => {
    each(percent, { '0 %': 0, '0.02 %': 0.000_21, '0.5 %': 0.005, '41 %': 0.41, '100 %': 1 });
  });

  it('is whole percent of what is done, and all of it only at the end', () => {
    each(percentDone, { '0 %': 0.004, '67 %': 0.679, '99 %': 0.999, '100 %': 1 });
  });

  it('is a size in binary units', () => {
    const [mebi, tera] = [41_943_040, 5e12];
    each(bytes, { '0 B': 0, '512 B': 512, '1.5 KiB': 1536, '40 MiB': mebi, '4.5 TiB': tera });
  });

  it('is a time in milliseconds', () => {
    each(milliseconds, { '0.02 ms': 0.021, '1.5 ms': 1.54, '12 ms': 12.4, '1,204 ms': 1204 });
  });

  it('is a duration, rounded down in its short form and up in words', () => {
    each(shortDuration, { '0ms': 0, '250ms': 250, '3s': 3999, '11m': 660_000, '2h': 7_200_000 });
    expect(shortDuration(518_400_000)).to.equal('6d');
    each(durationOf, { '1 second': 1, '90 seconds': 89_001, '2 minutes': 90_001 });
    each(durationOf, { '90 minutes': 5_400_000, '2 hours': 5_400_001 });
    expect(durationOf(180_000, true)).to.equal('3 more minutes');
  });

  it('is a moment in UTC, to the second', () => {
    expect(dateTime('2026-01-06T23:55:00.123Z')).to.equal('2026-01-06 23:55:00Z');
    expect(dateTime('never')).to.equal('never');
  });

  it('is the first of many, and how many more there are', () => {
    expect(someOf(['a', 'b'], 2)).to.deep.equal(['a', 'b']);
    expect(someOf(['a', 'b', 'c', 'd'], 2)).to.deep.equal(['a', 'b', 'and 2 more']);
    expect(someOf([], 2)).to.deep.equal([]);
  });
});
