import { expect } from 'chai';
import fc from 'fast-check';
import { credentialsOf, handedOutOf } from '../../../../lib/mirror/state/credentials.ts';
import { hashOf } from '../../../../lib/mirror/state/hash.ts';
import { withoutCredentials } from '../../../../lib/mirror/state/strangers.ts';

const SEED = 15;

describe('The credentials of a request', () => {
  it('are its cookies, its token and headers that are named like one', () => {
    const found = credentialsOf([
      'Cookie',
      'lang=en; connect.sid=s%3Aabcdefgh; theme="dark-and-wide"',
      'Authorization',
      'Bearer eyJhbGciOi.x.y',
      'X-Auth-Token',
      'secret-value-1',
      'Accept',
      'application/json',
      'X-Request-Id',
      '0123456789abcdef',
    ]);
    expect(found).to.deep.equal([
      { kind: 'cookie `connect.sid`', value: 's%3Aabcdefgh' },
      { kind: 'cookie `theme`', value: 'dark-and-wide' },
      { kind: 'bearer token', value: 'eyJhbGciOi.x.y' },
      { kind: 'header `x-auth-token`', value: 'secret-value-1' },
    ]);
  });

  it('are no passwords of basic authentication: running hands none out', () => {
    expect(credentialsOf(['Authorization', 'Basic dXNlcjpwYXNzd29yZA=='])).to.deep.equal([]);
  });

  it('are told by a response as the same kinds', () => {
    const found = handedOutOf([
      'Set-Cookie',
      'connect.sid=s%3Aabcdefgh; Path=/; HttpOnly',
      'Set-Cookie',
      'gone=; Max-Age=0',
      'X-Auth-Token',
      'secret-value-1',
    ]);
    expect(found.map(({ kind }) => kind)).to.deep.equal([
      'cookie `connect.sid`',
      'header `x-auth-token`',
    ]);
  });

  it('are taken off to ask as a stranger, and nothing else is', () => {
    const headers = [
      'Cookie',
      'lang=english!; sid=0123456789',
      'Authorization',
      'Bearer 0123456789',
    ];
    const kinds = new Set(['cookie `sid`', 'bearer token']);
    expect(withoutCredentials([...headers, 'Accept', '*/*'], kinds)).to.deep.equal([
      'Cookie',
      'lang=english!',
      'Accept',
      '*/*',
    ]);
    expect(withoutCredentials(['Cookie', 'sid=0123456789'], kinds)).to.deep.equal([]);
  });

  it('stay few, whatever a client sends', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 40 }), { maxLength: 400 }), (parts) => {
        const headers = parts.flatMap((part) => ['Cookie', `${part}=${part}${part}; ${part}`]);
        expect(credentialsOf(headers).length).to.be.at.most(32);
        expect(
          handedOutOf(headers.map((it) => (it === 'Cookie' ? 'Set-Cookie' : it))).length,
        ).to.be.at.most(33);
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  it('are told apart by their hashes', () => {
    const values = Array.from({ length: 20_000 }, (_, index) => `session-${index.toString(36)}`);
    expect(new Set(values.map(hashOf)).size).to.equal(values.length);
    for (const value of values.slice(0, 100))
      expect(Number.isSafeInteger(hashOf(value))).to.equal(true);
  });
});
