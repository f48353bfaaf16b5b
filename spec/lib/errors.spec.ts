import { expect } from 'chai';
import {
  attempt,
  BadRequestError,
  ConflictError,
  codeOf,
  EXIT,
  messageOf,
  UsageError,
  ViliError,
} from '../../lib/errors.ts';

describe('a ViliError', () => {
  it('carries a stable code, its cause and the name of its class', () => {
    class PortTaken extends ViliError {}
    const cause = new Error('EADDRINUSE');
    const error = new PortTaken('VILI_PORT_TAKEN', 'port 8080 is taken', { cause });
    expect(error).to.include({ name: 'PortTaken', code: 'VILI_PORT_TAKEN', cause });
  });

  it('states what cannot be done and why, as an error of its class', () => {
    class PortTaken extends ViliError {}
    const cause = new Error('EADDRINUSE');
    const exitCode = EXIT.usage;
    const error = PortTaken.cannot('VILI_PORT_TAKEN', 'listen on 8080', cause, { exitCode });
    const message = 'cannot listen on 8080: EADDRINUSE';
    expect(error).to.be.instanceOf(PortTaken).and.include({ message, cause, exitCode });
  });

  it('carries the exit code of a command and the status of a response', () => {
    const plain = new ViliError('VILI_PORT_REFUSED_TIMEOUT', 'its code alone decides nothing');
    expect(plain).to.include({ exitCode: EXIT.internal, httpStatus: 500 });
    const late = new ViliError('VILI_LATE', 'late', { exitCode: EXIT.timedOut, httpStatus: 504 });
    expect(late).to.include({ exitCode: 4, httpStatus: 504 });
    expect(new UsageError('no')).to.include({ code: 'VILI_USAGE', exitCode: 2 });
    const conflict = { code: 'VILI_REFUSED', exitCode: 6, httpStatus: 409 };
    expect(new ConflictError('no')).to.include(conflict);
    const badRequest = { code: 'VILI_BAD_REQUEST', exitCode: 2, httpStatus: 400 };
    expect(new BadRequestError('no')).to.include(badRequest);
  });
});

describe('attempt', () => {
  it('returns the result of a step, or the fallback when the step throws', () => {
    expect(attempt(() => JSON.parse('1') as number, 2)).to.equal(1);
    expect(attempt(() => JSON.parse('{') as number, 2)).to.equal(2);
  });
});

describe('the code and the text of anything that was thrown', () => {
  it('are those of the error, and undefined and the value itself for anything else', () => {
    expect(codeOf(Object.assign(new Error('x'), { code: 'ENOENT' }))).to.equal('ENOENT');
    expect(codeOf('text')).to.equal(undefined);
    expect(messageOf('text')).to.equal('text');
  });
});
