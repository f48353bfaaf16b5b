import { expect } from 'chai';
import { copyHeaders } from '../../../../lib/mirror/request/copy-headers.ts';

const COPY_RULES = { header: 'X-Vili-Mirror', token: '', headers: [] };

describe('The headers of a copy', () => {
  it('leave out what belongs to the connection, and any forged mark', () => {
    const headers = ['Host', 'h', 'Connection', 'close', 'TE', 'trailers', 'X-VILI-MIRROR', 'no'];
    expect(copyHeaders(headers, 'id', COPY_RULES, 'control')).to.deep.equal([
      'Host',
      'h',
      'X-Request-Id',
      'id',
      'X-Vili-Mirror',
      'control',
    ]);
  });
});
