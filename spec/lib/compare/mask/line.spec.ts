import { expect } from 'chai';
import fc from 'fast-check';
import { createLineMask } from '../../../../lib/compare/mask/line.ts';

const SECRET = 's3cr3t-v4lue';

describe('the mask of log lines', () => {
  const mask = createLineMask({ headers: ['x-api-key'], paths: ['$.user.password', '$..token'] });

  it('removes fields, headers and parameters from JSON lines and the texts in them', () => {
    for (const entry of [
      { message: 'm', user: { password: SECRET } },
      { body: { deeper: [{ Token: { a: SECRET } }] } },
      { req: { headers: { Authorization: `Bearer ${SECRET}`, cookie: [SECRET] } } },
      { message: `GET /a?x=1&token=${SECRET}&y=2` },
      { message: `sent X-Api-Key: ${SECRET} and more ${SECRET}` },
      { message: JSON.stringify({ password: SECRET }) },
      { message: `curl -H 'Authorization: Basic ${SECRET}' http://x` },
    ]) {
      const line = mask(JSON.stringify(entry));
      expect(line).to.contain('[masked]').and.not.contain(SECRET);
      expect(() => JSON.parse(line ?? '')).to.not.throw();
    }
  });

  it('removes them from lines that are not JSON', () => {
    for (const line of [
      `INFO login password=${SECRET} ok`,
      `INFO login {password: "${SECRET} and \\" more", a: 1}`,
      `> Cookie: a=${SECRET}; b=${SECRET}`,
      `token = '${SECRET}'`,
      `Proxy-Authorization:Digest ${SECRET}, ${SECRET}`,
      `with bearer ${SECRET} in it`,
      `body {\\"password\\":\\"${SECRET} \\\\\\" ${SECRET}\\",\\"a\\":1}`,
      `headers {\\"cookie\\":\\"a=${SECRET}\\"}`,
      `body [{"password":["${SECRET}","${SECRET}"]}]`,
      `headers {"cookie":["a=${SECRET}","b=${SECRET}"]}`,
      `:password=>"${SECRET}"`,
      `GET /login?next=%2F%3Ftoken%3D${SECRET}`,
      `\u001b[36mINFO\u001b[0m \u001b[31mpassword=${SECRET}\u001b[0m`,
      `\u001b[36mpassword\u001b[0m: ${SECRET}`,
      `\u001b[36mcookie\u001b[0m: ${SECRET}`,
    ]) {
      expect(mask(line)).to.contain('[masked]').and.not.contain(SECRET);
    }
    expect(mask(`INFO login password=${SECRET} ok`)).to.equal('INFO login password=[masked] ok');
  });

  it('leaves everything else unchanged', () => {
    for (const line of [
      '{"level":"INFO", "n":12345678901234567890}',
      'INFO tokens are fine: 3 tokens',
      'cookies and authorizations',
      '',
    ]) {
      expect(mask(line)).to.equal(line);
    }
  });

  it('leaves out a broken JSON line, which may hide the name of what it shows', () => {
    expect(mask(`{"user":{"password":["${SECRET}`)).to.equal(null);
    expect(createLineMask({ headers: [], paths: [] })('{"level":"INFO')).to.equal(null);
  });

  it('lets no masked field through, wherever it occurs in a line', () => {
    const tree = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        fc.constant({ password: SECRET }),
        fc.constant(`the password: "${SECRET}"`),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), tie('node')),
      ),
    })).node;
    fc.assert(
      fc.property(tree, (value) => {
        expect(mask(JSON.stringify({ value }))).to.not.contain(SECRET);
      }),
    );
  });

  it('is fast on lines designed to be slow', () => {
    const started = process.cpuUsage().user;
    for (const part of ['password=', '"password', 'token :', 'bearer ', '\\"', "'"]) {
      mask(part.repeat(65_536 / part.length));
    }
    expect(process.cpuUsage().user - started).to.be.below(1_000_000);
  });
});
