import { expect } from 'chai';
import { EndpointEvidence } from '../../../../lib/verdict/evidence/endpoint.ts';
import { countUnjudged, unjudgedOf } from '../../../../lib/verdict/evidence/unjudged.ts';
import { Evidence } from '../../../../lib/verdict/evidence/evidence.ts';

describe('What a signal keeps of an endpoint', () => {
  const at = (name: string): EndpointEvidence => new EndpointEvidence(name, 1);

  it('is one record for all endpoints of which it has nothing, and of its own with the first', () => {
    const [one, other] = [at('GET /'), at('GET /items')];
    const before = unjudgedOf(other);
    expect(unjudgedOf(one)).to.equal(before);
    countUnjudged(new Evidence(2), one, 'setAside');
    expect(unjudgedOf(one)).to.deep.equal({ setAside: 1, doubtful: 0 });
    expect(unjudgedOf(other)).to.equal(before).and.deep.equal({ setAside: 0, doubtful: 0 });
  });

  it('cannot be changed by who only reads it', () => {
    const blank = unjudgedOf(at('GET /')) as { setAside: number };
    expect(() => blank.setAside++).to.throw(TypeError);
  });

  it('is written into a checkpoint whether there is something or not', () => {
    const one = at('GET /');
    countUnjudged(new Evidence(1), one, 'doubtful');
    for (const endpoint of [one, at('GET /items')]) {
      const text = endpoint.text();
      expect(EndpointEvidence.restore(JSON.parse(text), 'list[0]').text()).to.equal(text);
    }
  });
});
