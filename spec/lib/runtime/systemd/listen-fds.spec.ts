import { expect } from 'chai';
import fc from 'fast-check';
import { codeOf } from '../../../../lib/errors.ts';
import { forgetInherited, inheritedSocket } from '../../../../lib/runtime/systemd/listen-fds.ts';

const PID = 4711;
const OURS = { LISTEN_PID: String(PID) };

describe('The sockets that a process is started with', () => {
  it('are none where none is passed, or they are for another process', () => {
    for (const environment of [
      {},
      OURS,
      { LISTEN_FDS: '1' },
      { ...OURS, LISTEN_FDS: '' },
      { LISTEN_PID: '1', LISTEN_FDS: '1' },
      { LISTEN_PID: '1', LISTEN_FDS: 'many' },
    ]) {
      expect(inheritedSocket(environment, PID)).to.equal(null);
    }
  });

  it('are taken from descriptor 3 on: the only one, whatever its name, or the one named users', () => {
    const cases = [
      [{ LISTEN_FDS: '1' }, 3],
      [{ LISTEN_FDS: '1', LISTEN_FDNAMES: 'web.socket' }, 3],
      [{ LISTEN_FDS: '2', LISTEN_FDNAMES: 'admin:users' }, 4],
      [{ LISTEN_FDS: '3', LISTEN_FDNAMES: 'users:a:b' }, 3],
    ] as const;
    for (const [environment, fd] of cases) {
      expect(inheritedSocket({ ...OURS, ...environment }, PID)).to.equal(fd);
    }
  });

  it('are an error that names variable and value when they cannot be understood', () => {
    const cases = [
      [{ LISTEN_PID: '4711 ', LISTEN_FDS: '1' }, /LISTEN_PID="4711 " is not a whole number/],
      [{ ...OURS, LISTEN_FDS: '0' }, /LISTEN_FDS="0" is not a whole number from 1 to 64/],
      [{ ...OURS, LISTEN_FDS: '65' }, /LISTEN_FDS="65"/],
      [{ ...OURS, LISTEN_FDS: '1e1' }, /LISTEN_FDS="1e1"/],
      [{ ...OURS, LISTEN_FDS: '2' }, /passes 2 sockets, and 0 of them are named 'users'/],
      [{ ...OURS, LISTEN_FDS: '2', LISTEN_FDNAMES: 'users:users' }, /and 2 of them/],
      [{ ...OURS, LISTEN_FDS: '2', LISTEN_FDNAMES: 'a:b:users' }, /passes 2 sockets/],
    ] as const;
    for (const [environment, message] of cases) {
      expect(() => inheritedSocket(environment, PID)).to.throw(message);
    }
  });

  it('are a descriptor within what was passed, null or that error, whatever the variables hold', () => {
    const value = fc.oneof(fc.string(), fc.integer().map(String), fc.constant(String(PID)));
    const names = fc.array(fc.constantFrom('users', 'x', '')).map((all) => all.join(':'));
    fc.assert(
      fc.property(value, value, names, (fds, pid, LISTEN_FDNAMES) => {
        const environment = { LISTEN_FDS: fds, LISTEN_PID: pid, LISTEN_FDNAMES };
        try {
          const fd = inheritedSocket(environment, PID);
          if (fd !== null) expect(fd).to.be.within(3, 2 + Number(fds));
        } catch (error) {
          expect(codeOf(error), String(error)).to.equal('VILI_LISTEN_FDS');
        }
      }),
    );
  });

  it('are not told to the processes that this one starts', () => {
    const environment = { ...OURS, LISTEN_FDS: '1', LISTEN_FDNAMES: 'users', PATH: '/bin' };
    forgetInherited(environment);
    expect(environment).to.deep.equal({ PATH: '/bin' });
  });
});
