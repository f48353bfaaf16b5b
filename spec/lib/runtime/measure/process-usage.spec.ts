import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import {
  ownUsage,
  parseUsage,
  usageOfProcess,
} from '../../../../lib/runtime/measure/process-usage.ts';
import { eventually } from '../../../support/eventually.ts';

describe('What a process takes', () => {
  it('is read of another process, and is nothing once that has ended', async () => {
    const script =
      'const end = Date.now() + 300; while (Date.now() < end); setInterval(() => {}, 1e6)';
    const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
    try {
      const usage = await eventually('it has worked', () => {
        const found = usageOfProcess(child.pid ?? 0);
        return found !== null && found.cpuSeconds > 0.1 ? found : null;
      });
      expect(usage.memoryBytes).to.be.within(5e6, 1e9);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    expect(usageOfProcess(child.pid ?? 0)).to.equal(null);
  });

  it('is that of this process by the same measure', () => {
    const [own, read] = [ownUsage(), usageOfProcess(process.pid)];
    expect(read?.memoryBytes).to.be.closeTo(own.memoryBytes, 0.3 * own.memoryBytes);
    expect(read?.cpuSeconds).to.be.closeTo(own.cpuSeconds, 0.1 + 0.1 * own.cpuSeconds);
  });

  it('leaves out the time of children, and names with blanks and brackets do not matter', () => {
    const stat = `7 (a) b (c) ${['S', ...Array.from({ length: 10 }, () => '1'), '250', '50', '9000', '9000', '0'].join(' ')}`;
    expect(parseUsage(stat, 'Name: x\nVmRSS:\t  12 kB\n')).to.deep.equal({
      memoryBytes: 12_288,
      cpuSeconds: 3,
    });
    expect(parseUsage('', '')).to.equal(null);
    expect(parseUsage(stat, 'Name: x\n'), 'a zombie has no memory').to.equal(null);
  });
});
