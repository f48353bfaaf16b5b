import { expect } from 'chai';
import fc from 'fast-check';
import { payloadText } from '../../../../lib/actor/mail/payload.ts';

/** What bounds one message, with room for signs and names of fields. */
const MAX_TEXT = 60_000;

describe('What a message holds', () => {
  it('is told as JSON', () => {
    const message = {
      type: 'arrived',
      at: new Date(0),
      none: undefined,
      count: 3,
      big: 7n,
      known: new Map([['a', 1]]),
      names: new Set(['x']),
      reply: () => {},
      error: new TypeError('no'),
    };
    expect(JSON.parse(payloadText(message))).to.deep.equal({
      type: 'arrived',
      at: '1970-01-01T00:00:00.000Z',
      count: 3,
      big: '7',
      known: { a: 1 },
      names: ['x'],
      reply: '(function)',
      error: 'TypeError: no',
    });
    expect(payloadText('a mark')).to.equal('a mark');
  });

  it('shows of bytes, long texts and long lists how much there is', () => {
    const message = {
      body: Buffer.from('password=1234'),
      text: 'x'.repeat(5000),
      list: Array.from({ length: 25 }, () => 1),
    };
    expect(JSON.parse(payloadText(message))).to.deep.equal({
      body: '(13 bytes)',
      text: '(5000 characters)',
      list: [...Array.from({ length: 20 }, () => 1), '(5 more)'],
    });
  });

  it('survives what has no end, and what throws', () => {
    const circle: Record<string, unknown> = { type: 'circle' };
    circle['self'] = circle;
    expect(payloadText(circle)).to.contain('"type":"circle"').and.contain('…');
    const trap = Object.defineProperty({}, 'x', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    expect(payloadText(trap)).to.equal('(unreadable)');
  });

  it('is bounded, whatever the message is', () => {
    const wide = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, at) => [`k${at}`, 'x'.repeat(1999)]),
    );
    expect(payloadText([wide, wide, wide]).length).to.be.below(MAX_TEXT);
    const anything = fc.anything({
      withBigInt: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
    });
    fc.assert(
      fc.property(anything, (message) => {
        const text = payloadText(message);
        expect(text).to.be.a('string');
        expect(text.length).to.be.below(MAX_TEXT);
      }),
      { numRuns: 300 },
    );
  });
});
