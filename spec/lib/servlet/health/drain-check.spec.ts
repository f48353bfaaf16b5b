import { expect } from 'chai';
import { drainWarning } from '../../../../lib/servlet/health/drain-check.ts';
import { eventually } from '../../../support/eventually.ts';
import { endServlets, startServlet } from '../../../support/servlets.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

afterEach(endServlets);

describe('drainWarning', () => {
  it('warns about a start script that does not exec, and about no other servlet', () =>
    withTempFolder(async (base) => {
      const started = [
        ['sh', '-c', 'sleep 1000; :'],
        ['sh', '-c', 'exec sleep 1000'],
      ].map((command, index) => startServlet(base, command, { id: `app-1/${index}_test` }));
      const [script, direct] = started.map((servlet) => servlet.identity());
      if (!script || !direct) throw new Error('not started');
      const text = await eventually('the warning', () => drainWarning(script));
      expect(text).to.match(/^the start script \(.*sh, pid \d+\) runs sleep as its child; it must/);
      expect(await drainWarning(direct)).to.equal(null);
      expect(await drainWarning({ ...script, startTime: '1' })).to.equal(null);
      for (const servlet of started) await servlet.stop({ signal: 'SIGTERM', timeoutMs: 8000 });
    }));
});
