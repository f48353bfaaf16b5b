import { expect } from 'chai';
import fc from 'fast-check';
import {
  parseAsk,
  parseHold,
  parseHost,
  parseRollout,
} from '../../../../lib/fleet/rollout/parse.ts';
import { hostOf, inputOf, NEW, planned, PROMOTE } from './fleet-records.ts';

const HOST = hostOf('a', { rejected: { ...NEW, text: 'why' }, accepted: ['$.price'], waits: 'x' });
const ROLLOUT = planned(null, inputOf([hostOf('a')], { merged: PROMOTE })).rollout;

describe('What others wrote to the engine', () => {
  it('is read as it was written', () => {
    expect(parseHost(JSON.stringify(HOST))).to.deep.equal(HOST);
    expect(parseRollout(JSON.stringify(ROLLOUT))).to.deep.equal(ROLLOUT);
    const { leaving: _, ...earlier } = ROLLOUT;
    expect(parseRollout(JSON.stringify(earlier))).to.deep.equal({ ...ROLLOUT, leaving: {} });
    const later = { ...ROLLOUT, leaving: { b: NEW } };
    expect(parseRollout(JSON.stringify(later))).to.deep.equal(later);
    const hold = { by: 'ann', at: '2026-01-01T00:00:00Z', reason: '' };
    expect(parseHold(JSON.stringify(hold))).to.deep.equal(hold);
    const ask = { kind: 'promote', version: null, by: 'ann', reason: 'now' };
    expect(parseAsk(JSON.stringify(ask))).to.deep.equal(ask);
  });

  it('is nothing when one field of it is not as it should be', () => {
    const bad = { token: -1, running: 7, testing: { version: 'x' }, waits: 'x'.repeat(301) };
    for (const [key, value] of Object.entries(bad)) {
      expect(parseHost(JSON.stringify({ ...HOST, [key]: value })), key).to.equal(null);
    }
    const wrong = {
      phase: 'soon',
      assigned: { a: 'first' },
      members: [7],
      candidate: null,
      id: 1.5,
      leaving: { a: { version: 'x' } },
    };
    for (const [key, value] of Object.entries(wrong)) {
      expect(parseRollout(JSON.stringify({ ...ROLLOUT, [key]: value })), key).to.equal(null);
    }
    expect(parseAsk('{"kind":"stop","version":null,"by":"ann","reason":""}')).to.equal(null);
  });

  it('never makes a parser throw, whatever it is', () => {
    const parsers = [parseHost, parseRollout, parseHold, parseAsk];
    const near = fc
      .tuple(
        fc.constantFrom<object>(HOST, ROLLOUT),
        fc.dictionary(
          fc.constantFrom('host', 'running', 'testing', 'assigned', 'members', 'schema', 'token'),
          fc.jsonValue(),
        ),
      )
      .map(([record, change]) => JSON.stringify({ ...record, ...change }));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), near), (text) => {
        for (const parse of parsers) parse(text);
      }),
    );
  });
});
