import { expect } from 'chai';
import fc from 'fast-check';
import { createMask } from '../../../../lib/compare/mask/mask.ts';

const SECRET = 's3cr3t';
const JSON_TYPE = ['Content-Type', 'application/json'];

describe('the mask of requests and responses', () => {
  const mask = createMask({
    headers: ['x-api-key'],
    paths: ['$..password', '$.user.card[].number', '$.token'],
  });

  it('removes credentials from headers, in any case and however often they occur', () => {
    const headers = ['AUTHORIZATION', SECRET, 'a', 'b', 'Set-Cookie', SECRET, 'set-cookie', SECRET];
    expect(mask.headers([...headers, 'X-Api-Key', SECRET]).join()).to.not.contain(SECRET);
    expect(mask.headers(['a', 'cookie', 'c', 'd'])).to.deep.equal(['a', 'cookie', 'c', 'd']);
  });

  it('removes what the paths name and keeps the rest to the last digit', () => {
    const text = '{"id":12345678901234567890,"user":{"password":1,"card":[{"number":[1]}]},"n":2}';
    expect(mask.body(JSON_TYPE, Buffer.from(text))).to.deep.equal({
      text: '{"id":12345678901234567890,"user":{"password":"[masked]","card":[{"number":"[masked]"}]},"n":2}',
      masked: true,
    });
    expect(mask.body(JSON_TYPE, Buffer.from('{ "n": 1 }'))).to.deep.equal({
      text: '{ "n": 1 }',
      masked: false,
    });
  });

  it('removes parameters of queries and forms', () => {
    expect(mask.target(`/a?x=1&token=${SECRET}&y`).text).to.equal('/a?x=1&token=[masked]&y');
    expect(mask.target(`/a?tok%65n=${SECRET}`).text).to.not.contain(SECRET);
    const form = ['content-type', 'application/x-www-form-urlencoded'];
    expect(mask.body(form, Buffer.from(`password=${SECRET}&a=b`))?.text).to.equal(
      'password=[masked]&a=b',
    );
  });

  it('rejects a body that should be JSON and cannot be parsed', () => {
    expect(mask.body(JSON_TYPE, Buffer.from(`{"password":"${SECRET}`))).to.equal(null);
  });

  it('lets no masked value through, wherever it occurs', () => {
    const tree = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        fc.constant({ password: SECRET }),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), tie('node')),
      ),
    })).node;
    fc.assert(
      fc.property(tree, (value) => {
        const found = mask.body(JSON_TYPE, Buffer.from(JSON.stringify(value)));
        expect(found?.text).to.not.contain(SECRET);
      }),
    );
  });
});
