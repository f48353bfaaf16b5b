import { expect } from 'chai';
import { ReadingTime } from '../../../../lib/compare/content/reading-time.ts';
import { PLAIN, comparePair } from '../../../../lib/compare/pair.ts';
import { typed } from '../../../support/contents.ts';
import { DEFAULT_COMPARE_SETTINGS } from '../../../support/default-settings.ts';

describe('the time for reading', () => {
  it('is a quarter of the time, after a burst of a second', () => {
    let nowMs = 0;
    const time = new ReadingTime(() => nowMs);
    const read = (ms: number) => time.spend(() => void (nowMs += ms));
    let first = 0;
    for (; time.isLeft; first++) read(10);
    expect(first).to.be.within(130, 140);
    let pages = 0;
    const untilMs = nowMs + 10_000;
    while (nowMs < untilMs) {
      if (time.isLeft) {
        read(10);
        pages++;
      } else {
        nowMs += 5;
        time.spend(() => undefined);
      }
    }
    expect(pages).to.be.within(240, 260);
  });

  it('leaves out what is in a page once it is over, not what it is', () => {
    const page = `<h1>Shop</h1><form action="/login"><input name="csrf"></form>${'<p>text</p>'.repeat(100)}`;
    const between = (testing: string, type = 'text/html') =>
      comparePair(DEFAULT_COMPARE_SETTINGS, 'GET', typed('text/html', page), typed(type, testing), {
        ...PLAIN,
        isShallow: true,
      });
    const lost = between(page.replace('<input name="csrf">', ''));
    expect(lost).to.deep.include({ differences: [], isLeftOut: true });
    expect(between('<html></html>').differences.map(({ path }) => path)).to.deep.equal(['size']);
    expect(between('').differs).to.equal(true);
    expect(between('{"error":"x"}', 'application/json').differs).to.equal(true);
    // Equal pages need no reading.
    expect(between(page).isLeftOut).to.equal(undefined);
  });
});
