import { expect } from 'chai';
import { codeOf, messageOf, ViliError } from '../../lib/errors.ts';

describe('ViliError', () => {
  it('carries a stable code, its cause and the name of its class', () => {
    class PortTaken extends ViliError {}
    const cause = new Error('EADDRINUSE');
    const error = new PortTaken('VILI_PORT_TAKEN', 'port 8080 is taken', { cause });
    expect(error).to.include({ name: 'PortTaken', code: 'VILI_PORT_TAKEN', cause });
  });

  it('tells the code and the text of anything that was thrown', () => {
    expect(codeOf(Object.assign(new Error('x'), { code: 'ENOENT' }))).to.equal('ENOENT');
    expect(codeOf('text')).to.equal(undefined);
    expect(messageOf('text')).to.equal('text');
  });
});
