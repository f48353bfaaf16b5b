import { expect } from 'chai';
import fc from 'fast-check';
import { PreviewRules } from '../../../../lib/proxy/preview/rules.ts';

const TOKEN = 'open-sesame-0123456789';
const COOKIE = 'vili_preview';
const rules = new PreviewRules({
  header: 'X-Vili-Preview',
  cookie: COOKIE,
  token: TOKEN,
  unsafe: false,
  maxRequests: 1,
});

describe('The rules of previews', () => {
  it('know their header and cookies whatever the case, and no others', () => {
    expect(rules.isHeader('x-VILI-preview')).to.equal(true);
    expect(rules.isHeader('x-vili-preview2')).to.equal(false);
    expect(rules.isCookies('COOKIE')).to.equal(true);
    expect(rules.isCookies('cookies')).to.equal(false);
  });

  it('take nothing but the token for the token', () => {
    expect(rules.isToken(TOKEN)).to.equal(true);
    for (const other of [
      '',
      TOKEN.slice(1),
      `${TOKEN} `,
      TOKEN.toUpperCase(),
      `${TOKEN}${TOKEN}`,
    ]) {
      expect(rules.isToken(other), other).to.equal(false);
    }
  });

  it('find the cookie among others, which stay as they are', () => {
    const cases: [string, string | null, boolean][] = [
      [`${COOKIE}=${TOKEN}`, null, true],
      [` ${COOKIE} = "${TOKEN}" ;`, null, true],
      [`a=1; ${COOKIE}=${TOKEN}; b="x y"`, 'a=1; b="x y"', true],
      [`${COOKIE}=${TOKEN}; a=1`, 'a=1', true],
      [`${COOKIE}=wrong; a=1; ${COOKIE}=${TOKEN}`, 'a=1', true],
      [`${COOKIE}=wrong; a=1`, 'a=1', false],
      [`a=${TOKEN};;  b`, `a=${TOKEN};;  b`, false],
      [`VILI_PREVIEW=${TOKEN}`, `VILI_PREVIEW=${TOKEN}`, false],
      ['', '', false],
    ];
    for (const [value, rest, isToken] of cases) {
      expect(rules.withoutCookie(value), value).to.deep.equal({ rest, isToken });
    }
  });

  it('leave every other cookie and no value of their own, whatever is around it', () => {
    const other = fc
      .stringMatching(/^[a-z]{1,8}=[!-:<-~]{0,12}$/)
      .filter((pair) => !pair.startsWith(`${COOKIE}=`));
    const own = fc
      .constantFrom(TOKEN, 'wrong-token-0123456789', '')
      .map((value) => `${COOKIE}=${value}`);
    fc.assert(
      fc.property(fc.array(fc.oneof(other, own), { maxLength: 8 }), (pairs) => {
        const { rest, isToken } = rules.withoutCookie(pairs.join('; '));
        const others = pairs.filter((pair) => !pair.startsWith(`${COOKIE}=`));
        const left = (rest ?? '').split(';').map((pair) => pair.trim());
        expect(left.filter((pair) => pair !== '')).to.deep.equal(others);
        expect(isToken).to.equal(pairs.includes(`${COOKIE}=${TOKEN}`));
      }),
    );
  });
});
