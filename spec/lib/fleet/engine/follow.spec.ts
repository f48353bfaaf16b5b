import { expect } from 'chai';
import type { Coordinator } from '../../../../lib/fleet/engine/coordinator.ts';
import { EngineError } from '../../../../lib/fleet/engine/errors.ts';
import { follow } from '../../../../lib/fleet/engine/follow.ts';
import { LocalEngine } from '../../../../lib/fleet/engine/local.ts';
import { eventually } from '../../../support/eventually.ts';

const none = (): number => 0;

describe('following a prefix', () => {
  it('has what was there, and then every change', async () => {
    const client = new LocalEngine(() => 0).connect();
    await client.put('/f/a', '1');
    let values: readonly string[] = [];
    const end = follow(
      client,
      '/f/',
      {
        changed: (entries) => {
          values = [...entries.values()].map(({ value }) => value);
        },
        problem: () => undefined,
      },
      none,
    );
    await eventually('the first is read', () => values.join() === '1');
    await client.put('/f/b', '2');
    await client.remove('/f/a');
    await eventually('the changes are told', () => values.join() === '2');
    end();
    await client.put('/f/b', '3');
    expect(values).to.deep.equal(['2']);
  });

  it('reads all anew after the engine was not reached, or has lost the watch', async () => {
    const real = new LocalEngine(() => 0).connect();
    let isDown = true;
    let lose: (problem: string) => void = () => undefined;
    const flaky: Coordinator = Object.assign(Object.create(real) as Coordinator, {
      get: async (prefix: string) => {
        if (isDown) throw new EngineError('no endpoint of etcd replies');
        return real.get(prefix);
      },
      watch: (...[prefix, after, listener]: Parameters<Coordinator['watch']>) => {
        lose = (problem) => listener.lost(problem);
        return real.watch(prefix, after, listener);
      },
    });
    await real.put('/f/a', '1');
    const wholes: number[] = [];
    const problems: string[] = [];
    const end = follow(
      flaky,
      '/f/',
      {
        changed: (entries, isWhole) => {
          if (isWhole) wholes.push(entries.size);
        },
        problem: (text) => problems.push(text),
      },
      none,
    );
    await eventually('the problem is told', () => problems.length > 0);
    isDown = false;
    await eventually('it is read', () => wholes.length === 1);
    lose('its changes are compacted');
    await eventually('it is read anew', () => wholes.length === 2);
    expect(problems.at(-1)).to.equal('its changes are compacted');
    end();
  });
});
