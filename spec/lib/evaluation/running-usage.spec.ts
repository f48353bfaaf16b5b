import { expect } from 'chai';
import { RunningUsage } from '../../../lib/evaluation/running-usage.ts';

function usageOf(memoryBytes: number) {
  return { memoryBytes, measure: 'pss', cpuMs: 1, threads: 7, files: 8 } as const;
}

function peaksAfter(...memories: readonly number[]) {
  const usage = new RunningUsage();
  for (const memory of memories) usage.add({ instance: 'r', usage: usageOf(memory) });
  return usage.peaks();
}

describe('What running takes at most', () => {
  it('is the largest level that it kept for three samples: a spike does not count', () => {
    expect(peaksAfter(10, 10, 10, 90, 10, 30, 30, 40, 10)).to.deep.equal({
      memory: 30,
      threads: 7,
      files: 8,
    });
  });

  it('is not known before three samples, nor after a change of the process', () => {
    expect(peaksAfter(10, 20)).to.equal(null);
    const usage = new RunningUsage();
    for (const instance of ['a', 'a', 'a', 'b']) usage.add({ instance, usage: usageOf(5) });
    expect(usage.peaks()).to.equal(null);
  });
});
