import { expect } from 'chai';
import { failureOf } from '../../../../lib/mirror/request/requester.ts';

describe('A failed request', () => {
  it('has a failure kind by its error', () => {
    const kinds: [string, string][] = [
      ['ECONNREFUSED', 'refused'],
      ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
      ['ECONNRESET', 'reset'],
      ['UND_ERR_SOCKET', 'closed'],
      ['UND_ERR_HEADERS_OVERFLOW', 'malformed'],
      ['UND_ERR_INVALID_ARG', 'unsendable'],
      ['UNHEARD_OF', 'closed'],
    ];
    for (const [code, kind] of kinds) {
      expect(failureOf(Object.assign(new Error('x'), { code }), false)).to.equal(kind);
    }
    expect(failureOf('thrown text', false)).to.equal('closed');
  });
});
