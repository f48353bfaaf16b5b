import { expect } from 'chai';
import {
  Blocks,
  type ProcessObservation,
} from '../../../../../lib/verdict/signals/process/blocks.ts';

const BLOCK_MS = 30_000;
const SAMPLE_MS = 5000;

function sampleAt(
  atMs: number,
  change: { memory?: number; cpuMs?: number; instance?: string } = {},
): ProcessObservation {
  const { memory = 100, cpuMs = atMs / 10, instance = 't' } = change;
  const usage = { memoryBytes: memory, measure: 'pss', cpuMs, threads: 4, files: 9 } as const;
  return {
    atMs,
    running: { instance: 'r', usage: { ...usage, memoryBytes: 50 } },
    testing: { instance, usage },
    runningRequests: 12,
    testingRequests: 10,
  };
}

function fill(blocks: Blocks, count: number): void {
  for (let index = 0; index <= count * 6; index++)
    blocks.add(sampleAt(index * SAMPLE_MS), BLOCK_MS);
}

describe('The blocks of a curve', () => {
  it('have the median of the levels, and all processor time and requests of their time', () => {
    const blocks = new Blocks();
    const memories = [100, 100, 900, 100, 100, 120];
    for (const [index, memory] of memories.entries()) {
      expect(blocks.add(sampleAt(index * SAMPLE_MS, { memory }), BLOCK_MS)).to.equal(null);
    }
    const block = blocks.add(sampleAt(BLOCK_MS), BLOCK_MS);
    expect(block?.testing).to.include({
      memory: 100,
      threads: 4,
      files: 9,
      cpuMs: 2500,
      requests: 50,
    });
    expect(block).to.deep.include({ endMs: 25_000, spanMs: 25_000 });
  });

  it('are at most 120, however long the test is, and still reach back to its start', () => {
    const blocks = new Blocks();
    fill(blocks, 1000);
    expect(blocks.list.length).to.be.within(60, 119);
    expect(blocks.list[0]?.endMs).to.be.below(16 * BLOCK_MS);
    const requests = blocks.list.reduce((sum, { testing }) => sum + testing.requests, 0);
    expect(requests).to.be.within(55_000, 60_000);
  });

  it('begin anew with another instance of testing, whose processor time began at zero', () => {
    const blocks = new Blocks();
    fill(blocks, 5);
    blocks.add(sampleAt(200_000, { instance: 'other', cpuMs: 10 }), BLOCK_MS);
    expect(blocks.list).to.deep.equal([]);
    expect(blocks.sinceMs).to.equal(200_000);
    blocks.add(sampleAt(205_000, { instance: 'other', cpuMs: 40 }), BLOCK_MS);
    const block = blocks.add(sampleAt(230_000, { instance: 'other', cpuMs: 90 }), BLOCK_MS);
    expect(block?.testing.cpuMs).to.equal(30);
  });

  it('go on from a checkpoint as if nothing had happened', () => {
    const [one, other] = [new Blocks(), new Blocks()];
    fill(one, 10);
    other.restore(JSON.parse(JSON.stringify(one.checkpoint())), 'blocks');
    expect(other.list).to.deep.equal(one.list);
    for (const blocks of [one, other]) blocks.add(sampleAt(400_000), BLOCK_MS);
    expect(other.list.length).to.be.within(one.list.length - 1, one.list.length);
    expect(other.sinceMs).to.equal(one.sinceMs);
  });
});
