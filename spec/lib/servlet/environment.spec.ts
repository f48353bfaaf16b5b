import { expect } from 'chai';
import { INHERITED_VARIABLES, servletEnvironment } from '../../../lib/servlet/environment.ts';

const OPTIONS = {
  base: '/srv/app',
  instanceId: 'app-1.0.0/1_test',
  tag: '/srv/app:app-1.0.0/1_test:uuid',
  port: 9401,
  role: 'testing',
} as const;
const SET = { PORT: '9401', VILI_ROLE: 'test', VILI_TEST: 'true', VILI_SERVLET: OPTIONS.tag };

describe('servletEnvironment', () => {
  it('inherits the documented variables and nothing else', () => {
    const parent = {
      PATH: '/bin',
      HOME: '/h',
      LC_ALL: 'C',
      LC_TIME: 'C',
      TZ: 'UTC',
      JAVA_HOME: '/j',
      SECRET: 's',
      PORT: '8080',
      LCX: 'no',
    };
    const { SECRET, LCX, ...inherited } = parent;
    expect(SECRET + LCX).to.equal('sno');
    expect(servletEnvironment({ ...OPTIONS, parent })).to.deep.equal({ ...inherited, ...SET });
  });

  it('states the role in VILI_ROLE and VILI_TEST', () => {
    const environment = servletEnvironment({ ...OPTIONS, role: 'running', parent: {} });
    expect(environment).to.include({ VILI_ROLE: 'running', VILI_TEST: 'false' });
  });

  it('passes on further variables on request, but never those that concern the daemon itself', () => {
    const own = {
      NOTIFY_SOCKET: '/run/x',
      WATCHDOG_USEC: '1',
      WATCHDOG_PID: '1',
      LISTEN_FDS: '1',
      LISTEN_PID: '1',
      VILI_ADMIN_TOKEN: 't',
      VILI_SERVLET: 'foreign',
    };
    const parent = { ...own, DB_URL: 'd', DB_USER: 'u', OTHER: 'o' };
    const passThrough = ['DB_*', 'NOTIFY_SOCKET', 'VILI_ADMIN_TOKEN'];
    const expected = { DB_URL: 'd', DB_USER: 'u', ...SET };
    expect(servletEnvironment({ ...OPTIONS, parent, passThrough })).to.deep.equal(expected);
    const all = servletEnvironment({ ...OPTIONS, parent, passThrough: ['*'] });
    expect(all).to.deep.equal({ ...expected, OTHER: 'o' });
  });

  it('rejects a tag of another base', () => {
    const options = { ...OPTIONS, tag: '/srv/b:x:y', parent: {} };
    expect(() => servletEnvironment(options))
      .to.throw('/srv/b')
      .with.property('code', 'VILI_TAG_FOREIGN');
  });

  it('has a fixed list of inherited variables', () => {
    expect(INHERITED_VARIABLES).to.deep.equal(
      'PATH HOME LANG LC_* TZ JAVA_HOME TMPDIR USER LOGNAME'.split(' '),
    );
  });
});
