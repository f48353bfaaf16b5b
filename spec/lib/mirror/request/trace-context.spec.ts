import { expect } from 'chai';
import fc from 'fast-check';
import { copyHeaders } from '../../../../lib/mirror/request/copy-headers.ts';
import { ownSpan } from '../../../../lib/mirror/request/trace-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const GIVEN = `00-${TRACE}-${SPAN}-01`;
const RULES = { header: 'X-Vili-Mirror', token: '', headers: [] };

describe('The trace context of a copy', () => {
  it('is of the same trace, with the same flags and a span of its own each time', () => {
    const spans = [ownSpan(GIVEN), ownSpan(GIVEN)].map((value) => {
      const [, span = ''] = new RegExp(`^00-${TRACE}-([0-9a-f]{16})-01$`).exec(value) ?? [];
      expect(span, value).to.match(/[1-9a-f]/);
      return span;
    });
    expect(new Set([...spans, SPAN]).size).to.equal(3);
  });

  it('keeps the name as it was written, tracestate, and all other headers', () => {
    const headers = ['Host', 'h', 'TraceParent', GIVEN, 'tracestate', 'a=1', 'tracestate', 'b=2'];
    const copied = copyHeaders(headers, 'id', RULES, 'control');
    expect(copied.slice(0, 3)).to.deep.equal(['Host', 'h', 'TraceParent']);
    expect(copied[3]).to.contain(TRACE).and.not.equal(GIVEN);
    expect(copied.slice(4, 8)).to.deep.equal(['tracestate', 'a=1', 'tracestate', 'b=2']);
  });

  it('is not made up where there is none', () => {
    const copied = copyHeaders(['Host', 'h'], 'id', RULES, 'test');
    expect(copied.join(' ')).to.not.match(/trace/i);
  });

  const unchanged: Readonly<Record<string, string>> = {
    'no trace id': `00-${'0'.repeat(32)}-${SPAN}-01`,
    'no span id': `00-${TRACE}-${'0'.repeat(16)}-01`,
    'capital letters': GIVEN.toUpperCase(),
    'a version to come': `01-${TRACE}-${SPAN}-01-more`,
    'the version that is forbidden': `ff-${TRACE}-${SPAN}-01`,
    'more than its version has': `${GIVEN}-x`,
    'two values in one': `${GIVEN}, ${GIVEN}`,
    'blanks around it': ` ${GIVEN}`,
    'a line break': `${GIVEN}\n`,
    nothing: '',
  };
  for (const [what, value] of Object.entries(unchanged)) {
    it(`stays as it is with ${what}`, () => expect(ownSpan(value)).to.equal(value));
  }

  it('is never longer or shorter than what was sent, whatever that is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (value) => {
        expect(ownSpan(value).length).to.equal(value.length);
      }),
    );
  });
});
