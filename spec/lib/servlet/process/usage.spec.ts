import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import fc from 'fast-check';
import { identityOf, type ProcessIdentity } from '../../../../lib/servlet/process/identity.ts';
import { parseKibibytes, parseTimes, UsageReader } from '../../../../lib/servlet/process/usage.ts';

const MIB = 1024 * 1024;
/** 64 MiB that were written to, 25 files, 100 ms of work, and a child that does the same. */
const GREEDY = `
  const { openSync } = require('node:fs');
  const kept = Buffer.alloc(64 * 1024 * 1024, 1);
  const files = Array.from({ length: 25 }, () => openSync('/dev/null'));
  const until = process.cpuUsage().user + 100_000;
  while (process.cpuUsage().user < until);
  const rest = () => { console.log('ready', kept.length, files.length); setInterval(() => {}, 1000); };
  if (process.argv[1] === 'child') rest();
  else require('node:child_process')
    .spawn(process.execPath, ['-e', process.env.PROGRAM, 'child'], { stdio: ['ignore', 'pipe', 'inherit'] })
    .stdout.once('data', rest);
`;

/** A session of its own, as servlets have. */
async function withGreedy(use: (leader: ProcessIdentity) => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, ['-e', GREEDY], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PROGRAM: GREEDY },
  });
  const ended = once(child, 'exit');
  try {
    await once(child.stdout, 'data');
    const leader = identityOf(child.pid ?? 0);
    if (leader === null) throw new Error('it has ended');
    await use(leader);
  } finally {
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await ended;
  }
}

describe('What the processes of a servlet take', () => {
  it('is the sum over its session: memory, processor time, threads and open files', () =>
    withGreedy(async (leader) => {
      const usage = (await new UsageReader().read(new Map([['a', leader]]))).get('a');
      expect(usage?.measure).to.equal('pss');
      expect(usage?.memoryBytes).to.be.within(128 * MIB, 400 * MIB);
      expect(usage?.cpuMs).to.be.within(200, 5000);
      expect(usage?.threads).to.be.within(4, 100);
      expect(usage?.files).to.be.within(50, 200);
    }));

  it('is nothing for a process that has ended, or whose pid another one has now', async () => {
    const self = identityOf(process.pid);
    if (self === null) throw new Error('no identity');
    const reader = new UsageReader();
    const other = { ...self, startTime: '1' };
    const gone = { ...self, pid: 2 ** 22 + 1 };
    const found = await reader.read(new Map([other, gone].map((one, index) => [index, one])));
    expect(found.size).to.equal(0);
  });

  it('is not read again before 50 times the processor time that the last reading took', async () => {
    const self = identityOf(process.pid);
    if (self === null) throw new Error('no identity');
    const leaders = new Map([['self', self]]);
    let [nowMs, spentMs] = [0, 0];
    const reader = new UsageReader(
      () => nowMs,
      () => (spentMs += 10),
    );
    expect((await reader.read(leaders)).size).to.equal(1);
    nowMs = 499;
    expect((await reader.read(leaders)).size).to.equal(0);
    nowMs = 500;
    expect((await reader.read(leaders)).size).to.equal(1);
  });

  it('survives whatever stands in /proc', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        for (const one of [text, `12 (a) ${text}`, `12 (a b) c) S ${'9 '.repeat(40)}${text}`]) {
          const times = parseTimes(one);
          if (times !== null) expect(times.cpuMs).to.be.a('number').and.not.NaN;
        }
        expect(parseKibibytes(text, ['Pss'])).to.satisfy(
          (bytes: number | null) => bytes === null || Number.isFinite(bytes),
        );
      }),
    );
    expect(
      parseTimes(`7 (node (x) S) S 1 7 7 0 ${'0 '.repeat(6)}30 12 5 3 20 0 11 0 99 0 0`),
    ).to.deep.equal({ session: 7, startTime: '99', isDead: false, cpuMs: 500, threads: 11 });
    expect(
      parseKibibytes('Rss: 9 kB\nPss:    234 kB\nSwapPss: 1 kB\n', ['Pss', 'SwapPss']),
    ).to.equal(235 * 1024);
  });
});
