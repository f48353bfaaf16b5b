import { expect } from 'chai';
import { errorKinds, RunningMemory } from '../../../lib/evaluation/running-memory.ts';
import type { LogKind } from '../../../lib/logs/follow/batch.ts';
import { batchOf } from '../../support/log-batches.ts';
import { responseOf } from '../../support/pairs.ts';

describe('the memory of running', () => {
  it('keeps the latest 2000 responses, oldest first', () => {
    const memory = new RunningMemory();
    const response = responseOf(200);
    for (let n = 0; n < 5000; n++) memory.responded([{ endpoint: 'GET /', response, atMs: n }]);
    expect(memory.latestResponses()).to.have.length(2000);
    expect(memory.latestResponses()[0]?.atMs).to.equal(3000);
    expect(memory.latestResponses().at(-1)?.atMs).to.equal(4999);
  });

  it('keeps the 2000 kinds of error that were logged last', () => {
    const memory = new RunningMemory();
    for (let n = 0; n < 2000; n++) log(memory, kindOf(`kind ${n}`));
    log(memory, kindOf('kind 0'), kindOf('kind 2000'));
    expect(memory.errorKinds()).to.have.length(2000);
    expect(memory.errorKinds()).to.include('kind 0').and.include('kind 2000');
    expect(memory.errorKinds()).to.not.include('kind 1');
  });

  it('takes errors and fatal errors as kinds, but not warnings', () => {
    const kinds = (['warn', 'error', 'fatal'] as const).map((level) => kindOf(level, level));
    const found = errorKinds(batchOf(0, { warn: 1, error: 1, fatal: 1 }, { kinds }));
    expect(found.map(({ signature }) => signature)).to.deep.equal(['error', 'fatal']);
  });
});

// Private

function log(memory: RunningMemory, ...kinds: readonly LogKind[]): void {
  memory.logged(batchOf(0, { error: kinds.length }, { kinds }));
}

function kindOf(signature: string, level: LogKind['level'] = 'error'): LogKind {
  return { signature, level, count: 1, example: signature };
}
