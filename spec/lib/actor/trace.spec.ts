import { expect } from 'chai';
import { Trace } from '../../../lib/actor/trace.ts';
import type { TraceRecord } from '../../../lib/model/trace-record.ts';
import { PROMPT, withWorld } from '../../support/actor-world.ts';
import { DEFAULT_SETTINGS } from '../../support/default-settings.ts';
import { eventually } from '../../support/eventually.ts';
import { type Script, scripted } from '../../support/scripted-actor.ts';

describe('the trace ring', () => {
  it('keeps the newest records, oldest first, with ids that count on', () => {
    const trace = new Trace(() => 0, { ...DEFAULT_SETTINGS.trace, size: 4 });
    for (let n = 1; n <= 10; n += 1) trace.write(n, 'a', 'b', `m${n}`, undefined, 1, 2, 'ok');
    expect(trace.read().map((record) => record.id)).to.deep.equal([7, 8, 9, 10]);
    expect(trace.read()[0]).to.deep.equal({
      id: 7,
      atMs: 7,
      from: 'a',
      to: 'b',
      type: 'm7',
      correlation: null,
      waitMs: 1,
      handledMs: 2,
      outcome: 'ok',
    });
    expect(trace.read({ limit: 2 }).map((record) => record.id)).to.deep.equal([9, 10]);
    expect(trace.read({ sinceId: 9 }).map((record) => record.id)).to.deep.equal([10]);
    expect(trace.read({ sinceId: 10 })).to.deep.equal([]);
  });

  it('is read by actor (and all below it), by correlation id, or both', () => {
    const trace = new Trace(() => 0, DEFAULT_SETTINGS.trace);
    trace.write(1, '/vili/a', '/vili/b', 'one', 'x', 0, 0, 'ok');
    trace.write(2, '/vili/b/c', '/vili/d', 'two', 'x', 0, 0, 'crash');
    trace.write(3, '/vili/bc', '/vili/d', 'three', 'y', 0, 0, 'dead');
    expect(types(trace.read({ actor: '/vili/b' }))).to.deep.equal(['one', 'two']);
    expect(types(trace.read({ actor: '/vili/d' }))).to.deep.equal(['two', 'three']);
    expect(types(trace.read({ correlation: 'x' }))).to.deep.equal(['one', 'two']);
    expect(types(trace.read({ actor: '/vili/d', correlation: 'x' }))).to.deep.equal(['two']);
  });

  it('keeps payloads as bounded text, and no longer than their record', () => {
    const trace = new Trace(() => 0, { ...DEFAULT_SETTINGS.trace, size: 2 });
    trace.write(1, 'a', 'b', 'm', undefined, 0, 0, 'ok', {
      big: Array.from({ length: 20 }, () => 'x'.repeat(1000)),
    });
    expect(trace.read()[0]?.payload?.length).to.be.within(100, 4001);
    trace.write(2, 'a', 'b', 'm', undefined, 0, 0, 'ok');
    trace.write(3, 'a', 'b', 'm', undefined, 0, 0, 'ok');
    expect(trace.read().some((record) => 'payload' in record)).to.equal(false);
  });

  it('takes notes, and keeps what was slow', () => {
    const trace = new Trace(() => 5, { ...DEFAULT_SETTINGS.trace, slowMs: 10, slowLogSize: 2 });
    for (const [n, ms] of [5, 10, 11, 12].entries()) {
      trace.write(n, 'a', 'b', `m${n}`, undefined, 0, ms, 'ok');
    }
    trace.mark('/vili/a', 'the route switched', 'x');
    expect(trace.slowLog().map((record) => record.type)).to.deep.equal(['m2', 'm3']);
    expect(trace.read().at(-1)).to.deep.include({
      atMs: 5,
      to: '/vili/a',
      type: 'mark',
      correlation: 'x',
      payload: 'the route switched',
    });
  });

  it('refuses a size that is none', () => {
    expect(() => new Trace(() => 0, { ...DEFAULT_SETTINGS.trace, size: 0 })).to.throw(
      'trace size 0',
    );
  });
});

describe('the trace of a system', () => {
  it('follows one correlation id through a chain of actors, callbacks and children', async () => {
    const log: string[] = [];
    await withWorld(async ({ system }) => {
      const last: Script = { handle: (_message, self) => log.push(String(self.correlation)) };
      const third = await system.spawn(scripted('third', log, last));
      const second = await system.spawn(
        scripted('second', log, {
          handle: (_message, self) => self.send(third, { type: 'three' }),
        }),
      );
      const first = await system.spawn(
        scripted('first', log, {
          handle: ({ type }, self) => {
            if (type !== 'one') return;
            setImmediate(() => second.tell({ type: 'two' }));
            self.after(1, { type: 'ignored' });
          },
        }),
      );
      await system.spawn(
        scripted('zero', log, {
          start: (self) => self.send(first, { type: 'one' }, { correlation: 'version-1' }),
        }),
      );
      await eventually('the end of the chain', () => log.includes('version-1'));
      const chain = system.trace.read({ correlation: 'version-1' });
      const steps = chain.map((record) => `${record.from} ${record.type} ${record.to}`);
      expect(steps.filter((step) => !step.includes('ignored'))).to.deep.equal([
        '/vili/zero one /vili/first',
        '/vili/first two /vili/second',
        '/vili/second three /vili/third',
      ]);
      for (const record of chain) {
        expect(record.waitMs).to.be.at.least(0);
        expect(record.handledMs).to.be.at.least(0);
        expect(Math.abs(record.atMs - Date.now())).to.be.below(60_000);
      }
    });
  });

  it('can be followed, until it is not any more', async () => {
    const seen: string[] = [];
    await withWorld(
      async ({ system }) => {
        const address = await system.spawn(scripted('a', []));
        const unfollow = system.trace.follow(({ type, outcome }) => {
          seen.push(`${type} ${outcome}`);
          if (type === 'one') address.tell({ type: 'by the listener' });
        });
        address.tell({ type: 'one' });
        address.tell({ type: 'two', fail: true });
        await eventually('three', () => seen.length === 3);
        unfollow();
        address.tell({ type: 'three' });
        await eventually('the last', () => system.trace.read().length === 4);
        expect(seen).to.deep.equal(['one ok', 'two crash', 'by the listener ok']);
      },
      { supervision: { backoff: PROMPT } },
    );
  });

  it('shows payloads of the actors whose capture is on, also before they exist', async () => {
    await withWorld(async ({ system }) => {
      system.capture('/vili/a', true);
      const address = await system.spawn(scripted('a', []));
      address.tell({ type: 'one', id: 42 });
      await eventually('the first', () => system.trace.read().length === 1);
      system.capture('/vili/a', false);
      address.tell({ type: 'two', id: 43 });
      await eventually('the second', () => system.trace.read().length === 2);
      const payloads = system.trace.read().map((record) => record.payload);
      expect(payloads).to.deep.equal(['{"type":"one","id":42}', undefined]);
    });
  });

  it('lists the actors as a tree: parents first, siblings in start order', async () => {
    await withWorld(async ({ system }) => {
      await system.spawn(
        scripted('a', [], { start: async (self) => await self.spawn(scripted('b', [])) }),
      );
      await system.spawn(scripted('c', []));
      expect(system.tree().map((node) => node.path)).to.deep.equal([
        '/vili/a',
        '/vili/a/b',
        '/vili/c',
      ]);
      expect(system.tree()[1]).to.deep.equal({
        path: '/vili/a/b',
        status: 'running',
        mailbox: 0,
        restarts: 0,
        incarnation: 1,
        inHand: null,
        hung: false,
      });
      expect(system.find('/vili/a/b')?.path).to.equal('/vili/a/b');
      for (const path of ['/vili', '/vili/x', '/vili/a/b/c', '/other/a', '']) {
        expect(system.find(path), path).to.equal(undefined);
      }
    });
  });
});

// Private

function types(records: readonly TraceRecord[]): string[] {
  return records.map((record) => record.type);
}
