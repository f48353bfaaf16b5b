import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { assert, property, string } from 'fast-check';
import {
  hasEnded,
  identityOf,
  isAlive,
  parseStat,
  readBootId,
  readLivingStat,
  readStat,
  signalGroup,
  signalProcess,
} from '../../../../lib/servlet/process/identity.ts';
import {
  baseOfTag,
  servletTag,
  TAG_VARIABLE,
  tagPrefixOf,
} from '../../../../lib/servlet/process/tag.ts';
import { eventually } from '../../../support/eventually.ts';
import { scanByTag } from '../../../support/servlets.ts';

const FIELDS = 'S 7 12 11 34816 12 4194304 5 0 0 0 1 2 3 4 20 0 1 0 183063 1000 200';

describe('parseStat', () => {
  it('reads the fields after the command, whatever the command is called', () => {
    for (const command of ['node', 'a) R 1 (b', ') ', 'with space', '((', 'line\nfeed']) {
      expect(parseStat(`12 (${command}) ${FIELDS}\n`)).to.deep.equal({
        pid: 12,
        command,
        state: 'S',
        parentPid: 7,
        group: 12,
        session: 11,
        startTime: '183063',
      });
    }
  });

  it('returns null for anything but a whole stat line', () => {
    for (const text of ['', '12', '12 (node)', '12 (node) S 1 2', `x (node) ${FIELDS}`]) {
      expect(parseStat(text), text).to.equal(null);
    }
  });

  it('never throws and never invents a pid below 1', () => {
    assert(
      property(string(), (text) => {
        const stat = parseStat(text);
        return stat === null || stat.pid >= 1;
      }),
    );
  });
});

describe('a process identity', () => {
  it('counts as alive only with the right start time and the right boot', () => {
    const self = identityOf(process.pid);
    if (self === null) throw new Error('this process has no identity');
    expect(isAlive(self)).to.equal(true);
    expect(isAlive({ ...self, startTime: `${self.startTime}1` })).to.equal(false);
    expect(isAlive({ ...self, bootId: 'another boot' })).to.equal(false);
    expect(self.bootId).to.equal(readBootId());
    expect(hasEnded(self)).to.equal(false);
    expect(hasEnded({ ...self, startTime: `${self.startTime}1` })).to.equal(true);
  });

  it('counts as dead when the process is a zombie', async () => {
    // The parent becomes a program that never asks how its child ended.
    const script = 'sleep 0 & echo $!; exec sleep 1000';
    const parent = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const zombie = await eventually('a zombie', () => {
        const stat = readStat(Number(line));
        return stat?.state === 'Z' ? stat : null;
      });
      expect(readLivingStat(zombie.pid)).to.equal(null);
      const identity = identityOf(zombie.pid);
      expect(identity !== null && isAlive(identity)).to.equal(false);
      expect(identity !== null && hasEnded(identity)).to.equal(true);
    } finally {
      parent.kill('SIGKILL');
      await once(parent, 'close');
    }
  });

  it('protects another process with a reused pid from signals', async () => {
    const child = spawn('sleep', ['1000'], { stdio: 'ignore', detached: true });
    const identity = child.pid === undefined ? null : identityOf(child.pid);
    if (identity === null) throw new Error('sleep did not start');
    const earlier = { ...identity, startTime: String(Number(identity.startTime) - 1) };
    expect(signalProcess(earlier, 'SIGKILL')).to.equal(false);
    expect(signalGroup(earlier, 'SIGKILL')).to.equal(false);
    expect(signalProcess({ ...identity, bootId: 'before the boot' }, 'SIGKILL')).to.equal(false);
    expect(isAlive(identity)).to.equal(true);
    expect(signalProcess(identity, 'SIGTERM')).to.equal(true);
    expect(await once(child, 'exit')).to.deep.equal([null, 'SIGTERM']);
    expect(signalProcess(identity, 'SIGKILL')).to.equal(false);
  });

  it('never signals this process, init or a process group by mistake', () => {
    const self = identityOf(process.pid);
    if (self === null) throw new Error('this process has no identity');
    expect(signalProcess(self, 'SIGTERM')).to.equal(false);
    expect(signalGroup(self, 'SIGTERM')).to.equal(false);
    for (const pid of [1, 0, -1]) {
      expect(signalProcess({ ...self, pid }, 'SIGTERM'), String(pid)).to.equal(false);
      expect(signalGroup({ ...self, pid }, 'SIGTERM'), String(pid)).to.equal(false);
    }
  });
});

describe('a servlet tag', () => {
  it('yields its base, even when base and id contain colons', () => {
    assert(
      property(string({ minLength: 1 }), string(), (base, id) => {
        const tag = servletTag({ base, id });
        return baseOfTag(tag) === base && tag.startsWith(tagPrefixOf(base));
      }),
    );
    expect(servletTag({ base: '/srv/a', id: 'a-1/1_test', uuid: 'u' })).to.equal(
      '/srv/a:a-1/1_test:u',
    );
    for (const text of ['', 'a', 'a:b', ':a:b']) expect(baseOfTag(text), text).to.equal(null);
  });

  it('finds its own process and no other', async () => {
    const tag = servletTag({ base: '/srv/spec', id: 'x' });
    const environment = { PATH: process.env['PATH'] ?? '', BEFORE: '1', [TAG_VARIABLE]: tag };
    const child = spawn('sleep', ['1000'], { stdio: 'ignore', env: environment });
    await once(child, 'spawn');
    const found = await scanByTag(tag);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(found.map(({ identity }) => identity.pid)).to.deep.equal([child.pid]);
    expect(await scanByTag(tag)).to.deep.equal([]);
  });
});
