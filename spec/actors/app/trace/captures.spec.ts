import { expect } from 'chai';
import { Captures } from '../../../../actors/app/trace/captures.ts';
import type { CaptureEvent } from '../../../../lib/model/trace/capture.ts';
import type { TraceRecord } from '../../../../lib/model/trace-record.ts';
import { eventually } from '../../../support/eventually.ts';

const PATHS = [
  '/vili/deployer',
  '/vili/deployer/version-a-1',
  '/vili/deployer/version-b-1/log',
  '/vili/log',
];
const WANTED = { actor: 'deployer', forMs: 60_000, limit: 1000, by: 'ann@host' };

/** The part of an actor system that captures use. */
class FakeSystem {
  readonly captured = new Set<string>();
  readonly listeners = new Set<(record: TraceRecord) => void>();
  readonly notices: string[] = [];
  readonly captures = new Captures({
    system: {
      capture: (path, on) => void (on ? this.captured.add(path) : this.captured.delete(path)),
      trace: {
        read: () => [],
        mark: () => {},
        follow: (listener) => {
          this.listeners.add(listener);
          return () => this.listeners.delete(listener);
        },
      },
      tree: () =>
        PATHS.map((path) => {
          const rest = { status: 'running', mailbox: 0, restarts: 0, incarnation: 1 } as const;
          return { path, ...rest, inHand: null, hung: false };
        }),
    },
    onNotice: (text) => this.notices.push(text),
  });

  send(to: string, payload?: string): void {
    const base = { id: 1, atMs: 0, from: '/vili', type: 'x', correlation: null, waitMs: 0 };
    const record: TraceRecord = {
      ...base,
      to,
      handledMs: 0,
      outcome: 'ok',
      ...(payload && { payload }),
    };
    for (const listener of this.listeners) listener(record);
  }
}

describe('Captures of messages', () => {
  it('hand over what an actor gets, and stop costing anything once nobody listens', () => {
    const system = new FakeSystem();
    const events: CaptureEvent[] = [];
    const begin = system.captures.begin(WANTED);
    expect(system.captured.size).to.equal(0);
    const stop = begin((event) => events.push(event));
    expect([...system.captured]).to.deep.equal(['/vili/deployer']);
    system.send('/vili/deployer', 'one');
    system.send('/vili/deployer/version-a-1', 'another actor');
    // Sent before the capture began, handled since.
    system.send('/vili/deployer');
    stop();
    stop();
    system.send('/vili/deployer', 'too late');
    expect(events.map((event) => ('record' in event ? event.record.payload : event))).to.deep.equal(
      [{ capturing: '/vili/deployer', forMs: 60_000 }, 'one'],
    );
    expect([system.captured.size, system.listeners.size]).to.deep.equal([0, 0]);
    expect(system.notices).to.deep.equal([
      'ann@host captures the messages to /vili/deployer for 1m',
      'the capture of /vili/deployer by ann@host is over: 1 message',
    ]);
  });

  it('end by themselves, by time and by number', async () => {
    const system = new FakeSystem();
    const ended: string[] = [];
    const take = (event: CaptureEvent): void => {
      if ('ended' in event) ended.push(event.ended);
    };
    system.captures.begin({ ...WANTED, limit: 2 })(take);
    for (const text of ['a', 'b', 'c']) system.send('/vili/deployer', text);
    expect(ended).to.deep.equal(['limit']);
    system.captures.begin({ ...WANTED, forMs: 5 })(take);
    await eventually('the time is over', () => ended.length === 2);
    expect([ended[1], system.captured.size, system.listeners.size]).to.deep.equal(['time', 0, 0]);
  });

  it('of one actor go on until the last of them ends, and are few', () => {
    const system = new FakeSystem();
    const stops = ['deployer', '/vili/deployer', 'version-a-1', 'vili/log'].map((actor) =>
      system.captures.begin({ ...WANTED, actor })(() => {}),
    );
    expect(() => system.captures.begin(WANTED)).to.throw('4 captures are under way');
    stops[0]?.();
    expect(system.captured.has('/vili/deployer')).to.equal(true);
    stops[1]?.();
    expect(system.captured.has('/vili/deployer')).to.equal(false);
    for (const stop of stops) stop();
    expect(system.captured.size).to.equal(0);
  });

  it('name what no actor is called, and what several are', () => {
    const { captures } = new FakeSystem();
    const begin = (actor: string) => () => captures.begin({ ...WANTED, actor });
    expect(begin('deploier')).to.throw('there is no actor "deploier" (did you mean deployer?)');
    expect(begin('x'.repeat(900))).to.throw('vili tree shows them');
    expect(begin('log')).to.throw('"log" is the end of 2 actors: ');
  });
});
