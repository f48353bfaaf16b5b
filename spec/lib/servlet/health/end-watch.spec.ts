import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { watchEnd } from '../../../../lib/servlet/health/end-watch.ts';
import { identityOf, signalProcess } from '../../../../lib/servlet/process/identity.ts';

describe('The watch for the end of a process', () => {
  it('finds a process gone of which a parent that stands still tells nobody', async () => {
    const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; wait'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const watching = new AbortController();
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const child = identityOf(Number(line));
      if (child === null) throw new Error('sleep did not start');
      const over = watchEnd(child, watching.signal);
      parent.kill('SIGSTOP');
      expect(signalProcess(child, 'SIGKILL')).to.equal(true);
      expect(await over).to.equal(true);
    } finally {
      watching.abort();
      parent.kill('SIGKILL');
      await once(parent, 'close');
    }
  });

  it('says nothing of one that lives, nor once it is not wanted any more', async () => {
    const self = identityOf(process.pid);
    if (self === null) throw new Error('this process has no identity');
    expect(await watchEnd(self, AbortSignal.timeout(2000))).to.equal(false);
    expect(await watchEnd({ ...self, startTime: '0' }, AbortSignal.abort())).to.equal(false);
  });
});
