import { expect } from 'chai';
import fc from 'fast-check';
import { createMask } from '../../../../lib/compare/mask/mask.ts';
import { createSampleChoice } from '../../../../lib/compare/sample/choice.ts';

const SECRET = 's3cr3t';
const JSON_TYPE = ['Content-Type', 'application/json'];

describe('mask', () => {
  const mask = createMask({
    headers: ['x-api-key'],
    paths: ['$..password', '$.user.card[].number', '$.token'],
  });

  it('takes credentials out of headers, in any case and however often', () => {
    const headers = ['AUTHORIZATION', SECRET, 'a', 'b', 'Set-Cookie', SECRET, 'set-cookie', SECRET];
    expect(mask.headers([...headers, 'X-Api-Key', SECRET]).join()).to.not.contain(SECRET);
    expect(mask.headers(['a', 'cookie', 'c', 'd'])).to.deep.equal(['a', 'cookie', 'c', 'd']);
  });

  it('takes out what the paths name, keeps the rest to the last digit', () => {
    const text = '{"id":12345678901234567890,"user":{"password":1,"card":[{"number":[1]}]},"n":2}';
    expect(mask.body(JSON_TYPE, text)).to.deep.equal({
      text: '{"id":12345678901234567890,"user":{"password":"[masked]","card":[{"number":"[masked]"}]},"n":2}',
      masked: true,
    });
    expect(mask.body(JSON_TYPE, '{ "n": 1 }')).to.deep.equal({ text: '{ "n": 1 }', masked: false });
  });

  it('takes parameters of queries and forms out', () => {
    expect(mask.target(`/a?x=1&token=${SECRET}&y`).text).to.equal('/a?x=1&token=[masked]&y');
    expect(mask.target(`/a?tok%65n=${SECRET}`).text).to.not.contain(SECRET);
    const form = ['content-type', 'application/x-www-form-urlencoded'];
    expect(mask.body(form, `password=${SECRET}&a=b`)?.text).to.equal('password=[masked]&a=b');
  });

  it('gives up what should be JSON and cannot be read', () => {
    expect(mask.body(JSON_TYPE, `{"password":"${SECRET}`)).to.equal(null);
  });

  it('lets no masked value through, wherever it is', () => {
    const tree = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        fc.constant({ password: SECRET }),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), tie('node')),
      ),
    })).node;
    fc.assert(
      fc.property(tree, (value) => {
        const found = mask.body(JSON_TYPE, JSON.stringify(value));
        expect(found?.text).to.not.contain(SECRET);
      }),
    );
  });
});

describe('the choice of samples', () => {
  it('keeps few per endpoint, with a place for each kind of finding', () => {
    const choice = createSampleChoice({ perEndpoint: 5, maxBytes: 1000 }, 2);
    const take = (endpoint: string, key: string, signal: 'errors' | 'slow' = 'errors') => {
      if (!choice.wants(endpoint, signal, key, false)) return false;
      choice.kept(endpoint, signal, key, 10);
      return true;
    };
    const taken = Array.from({ length: 10 }, () => take('GET /a', '200 > 500'));
    expect(taken.filter((it) => it)).to.have.length(4);
    expect(take('GET /a', '200 > 404')).to.equal(true);
    expect(take('GET /a', 'another')).to.equal(false);
    expect([1, 2, 3].map(() => take('GET /b', 'slow', 'slow'))).to.deep.equal([true, true, false]);
    expect(take('GET /third', 'x')).to.equal(false);
  });

  it('keeps one pair that may be noise, so that there is room for those that are not', () => {
    const choice = createSampleChoice({ perEndpoint: 5, maxBytes: 1000 }, 2);
    const wants = (isDoubtful: boolean): boolean =>
      choice.wants('GET /a', 'body-difference', 'value $.a', isDoubtful);
    expect(wants(true)).to.equal(true);
    choice.kept('GET /a', 'body-difference', 'value $.a', 10);
    expect([wants(true), wants(false)]).to.deep.equal([false, true]);
  });

  it('keeps nothing once the size is used up', () => {
    const choice = createSampleChoice({ perEndpoint: 5, maxBytes: 100 }, 10);
    choice.kept('GET /a', 'errors', 'x', 100);
    expect(choice.wants('GET /b', 'errors', 'x', false)).to.equal(false);
  });
});
