import { expect } from 'chai';
import fc from 'fast-check';
import {
  isOpenAt,
  opensAfter,
  parseWindow,
  type WeeklyWindow,
} from '../../../../lib/model/calendar/window.ts';

const MINUTE_MS = 60_000;

function windowOf(text: string): WeeklyWindow {
  const window = parseWindow(text, 'UTC');
  if (typeof window === 'string') throw new Error(window);
  return window;
}

/** 2026-01-05 is a Monday. */
const at = (text: string): number => Date.parse(`${text}:00Z`);
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16);

describe('a window of the week', () => {
  it('is open on its days between its times, in its zone', () => {
    const window = windowOf('Mon-Thu 08:00-16:00, Fri 8:00-12:00 Europe/Oslo');
    expect(window.text).to.equal('Mon-Thu 08:00-16:00, Fri 8:00-12:00 Europe/Oslo');
    const open = ['2026-01-05T07:00', '2026-01-08T14:59', '2026-01-09T10:59', '2026-07-06T06:00'];
    const closed = ['2026-01-05T06:59', '2026-01-08T15:00', '2026-01-09T11:00', '2026-01-10T09:00'];
    for (const time of open) expect(isOpenAt(window, at(time)), time).to.equal(true);
    for (const time of closed) expect(isOpenAt(window, at(time)), time).to.equal(false);
  });

  it('may go over midnight and over the end of the week', () => {
    const window = windowOf('Fri-Sun 22:00-04:00');
    for (const time of ['2026-01-09T23:00', '2026-01-10T03:59', '2026-01-12T03:00']) {
      expect(isOpenAt(window, at(time)), time).to.equal(true);
    }
    for (const time of ['2026-01-09T03:00', '2026-01-12T04:00', '2026-01-12T23:00']) {
      expect(isOpenAt(window, at(time)), time).to.equal(false);
    }
    expect(isOpenAt(windowOf('daily 00:00-24:00'), at('2026-01-07T23:59'))).to.equal(true);
  });

  it('says when it opens next, also where clocks are moved', () => {
    const office = windowOf('Mon-Thu 08:00-16:00 Europe/Oslo');
    expect(iso(opensAfter(office, at('2026-01-08T15:30')))).to.equal('2026-01-12T07:00');
    expect(iso(opensAfter(office, at('2026-03-27T12:00')))).to.equal('2026-03-30T06:00');
    expect(iso(opensAfter(office, at('2026-01-05T06:00')))).to.equal('2026-01-05T07:00');
    // 02:30 does not exist on that day.
    const gap = windowOf('Sun 02:30-05:00 Europe/Oslo');
    expect(iso(opensAfter(gap, at('2026-03-28T12:00')))).to.match(/^2026-03-29T0[01]:30$/);
  });

  it('opens when it says, and not before, over any time and window', () => {
    const day = fc.constantFrom('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun');
    const zone = fc.constantFrom('UTC', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Apia');
    const hour = fc.integer({ min: 0, max: 23 });
    fc.assert(
      fc.property(
        day,
        day,
        hour,
        hour,
        zone,
        fc.nat(525_600),
        (from, to, begin, end, name, minute) => {
          fc.pre(begin !== end);
          const window = windowOf(`${from}-${to} ${begin}:15-${end}:15 ${name}`);
          const nowMs = Date.UTC(2026, 0, 1) + minute * MINUTE_MS;
          const opensMs = opensAfter(window, nowMs);
          expect(opensMs).to.be.above(nowMs);
          expect(opensMs - nowMs).to.be.at.most(8 * 86_400_000 + 3_600_000);
          expect(isOpenAt(window, opensMs)).to.equal(true);
          if (isOpenAt(window, nowMs)) return;
          for (let step = 1; step <= 20; step++) {
            const between = nowMs + ((opensMs - nowMs) * step) / 21;
            expect(isOpenAt(window, between)).to.equal(false);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    ['Mon-Thu 08:00-16:00 Europe/Olso', /no known time zone "Europe\/Olso"/],
    ['Mon-Thu', /not like Mon-Thu 08:00-16:00/],
    ['Mo-Th 08:00-16:00', /not like/],
    ['Mon 25:00-26:00', /no time of day/],
    ['Mon 08:60-09:00', /no time of day/],
    ['Mon 08:00-08:00', /open for no time/],
    ['daily-Mon 08:00-09:00', /not like/],
    ['', /not like/],
    [Array.from({ length: 30 }, () => 'Mon 08:00-09:00').join(','), /more than 20 spans/],
  ];
  for (const [text, rule] of wrong) {
    it(`is not "${text.slice(0, 40)}"`, () => {
      expect(parseWindow(text, 'UTC')).to.match(rule);
    });
  }

  it('is read in bounded time, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), (text) => {
        expect(parseWindow(text, 'UTC')).to.satisfy((it: unknown) => it !== undefined);
      }),
    );
  });
});
