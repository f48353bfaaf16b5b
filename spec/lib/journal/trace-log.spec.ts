import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { TraceLog } from '../../../lib/journal/trace-log.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

interface Step {
  readonly correlation: string | null;
  readonly id: number;
}

async function openTraceLog(
  path: string,
  maxRecords = 100,
): Promise<{ traceLog: TraceLog<Step>; problems: string[] }> {
  const problems: string[] = [];
  const onProblem = (text: string): void => void problems.push(text);
  return { traceLog: await TraceLog.open<Step>({ path, maxRecords, onProblem }), problems };
}

describe('the trace log', () => {
  it('continues after a restart, without a line torn by a kill', () =>
    withTempFolder(async (folder) => {
      const path = join(folder, 'trace.jsonl');
      const before = (await openTraceLog(path)).traceLog;
      before.add({ correlation: 'shop-2', id: 1 });
      before.add({ correlation: null, id: 2 });
      before.add({ correlation: 'shop-3', id: 3 });
      await before.close();
      await appendFile(path, '{"correlation":"shop-2","id":4');
      const { traceLog } = await openTraceLog(path);
      traceLog.add({ correlation: 'shop-2', id: 5 });
      await traceLog.close();
      expect(traceLog.read('shop-2', 10).map((step) => step.id)).to.deep.equal([1, 5]);
      expect(traceLog.read('shop-2', 1).map((step) => step.id)).to.deep.equal([5]);
    }));

  it('keeps no more than its limit, in memory and on disk', () =>
    withTempFolder(async (folder) => {
      const path = join(folder, 'trace.jsonl');
      const { traceLog } = await openTraceLog(path, 10);
      for (let id = 0; id < 100; id++) {
        traceLog.add({ correlation: 'shop-2', id });
        if (id % 7 === 0) await traceLog.close();
      }
      await traceLog.close();
      expect(traceLog.read('shop-2', 1000).length).to.be.within(10, 20);
      expect((await readFile(path, 'utf8')).trim().split('\n').length).to.be.within(10, 20);
      const reopened = (await openTraceLog(path, 10)).traceLog;
      expect(reopened.read('shop-2', 1000).at(-1)?.id).to.equal(99);
    }));

  it('reports a failed write once, and continues in memory', () =>
    withTempFolder(async (folder) => {
      const { traceLog, problems } = await openTraceLog(join(folder, 'missing', 'trace.jsonl'));
      for (const id of [1, 2]) {
        traceLog.add({ correlation: 'shop-2', id });
        await traceLog.close();
      }
      expect(traceLog.read('shop-2', 10)).to.have.length(2);
      expect(problems).to.have.length(1);
      expect(problems[0]).to.include('ENOENT');
    }));
});
