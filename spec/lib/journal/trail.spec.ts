import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { Trail } from '../../../lib/journal/trail.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

interface Step {
  readonly correlation: string | undefined;
  readonly id: number;
}

async function openTrail(
  path: string,
  maxRecords = 100,
): Promise<{ trail: Trail<Step>; problems: string[] }> {
  const problems: string[] = [];
  const onProblem = (text: string): void => void problems.push(text);
  return { trail: await Trail.open<Step>({ path, maxRecords, onProblem }), problems };
}

describe('the trail of a version', () => {
  it('goes on after a restart, without the line that a kill tore', () =>
    withTempFolder(async (folder) => {
      const path = join(folder, 'trail.jsonl');
      const before = (await openTrail(path)).trail;
      before.add({ correlation: 'shop-2', id: 1 });
      before.add({ correlation: undefined, id: 2 });
      before.add({ correlation: 'shop-3', id: 3 });
      await before.close();
      await appendFile(path, '{"correlation":"shop-2","id":4');
      const { trail } = await openTrail(path);
      trail.add({ correlation: 'shop-2', id: 5 });
      await trail.close();
      expect(trail.read('shop-2', 10).map((step) => step.id)).to.deep.equal([1, 5]);
      expect(trail.read('shop-2', 1).map((step) => step.id)).to.deep.equal([5]);
    }));

  it('keeps no more than it may, in memory and on disk', () =>
    withTempFolder(async (folder) => {
      const path = join(folder, 'trail.jsonl');
      const { trail } = await openTrail(path, 10);
      for (let id = 0; id < 100; id++) {
        trail.add({ correlation: 'shop-2', id });
        if (id % 7 === 0) await trail.close();
      }
      await trail.close();
      expect(trail.read('shop-2', 1000).length).to.be.within(10, 20);
      expect((await readFile(path, 'utf8')).trim().split('\n').length).to.be.within(10, 20);
      const reopened = (await openTrail(path, 10)).trail;
      expect(reopened.read('shop-2', 1000).at(-1)?.id).to.equal(99);
    }));

  it('tells once that it cannot write, and goes on in memory', () =>
    withTempFolder(async (folder) => {
      const { trail, problems } = await openTrail(join(folder, 'missing', 'trail.jsonl'));
      for (const id of [1, 2]) {
        trail.add({ correlation: 'shop-2', id });
        await trail.close();
      }
      expect(trail.read('shop-2', 10)).to.have.length(2);
      expect(problems).to.have.length(1);
      expect(problems[0]).to.include('ENOENT');
    }));
});
