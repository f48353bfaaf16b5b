import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { HistoryEntry } from '../../../lib/model/history.ts';
import { followEvents } from '../../../lib/operator/api/follow-events.ts';
import type { ControlHandlers } from '../../../lib/operator/api/handlers.ts';
import {
  CONTROL_LIMITS,
  createControlServer,
} from '../../../lib/operator/server/control-server.ts';
import { type EventGap, type EventView, eventOf } from '../../../lib/operator/views/event-view.ts';
import { socketDoor } from '../../../lib/operator/server/door/socket-door.ts';
import { eventually } from '../../support/eventually.ts';
import { withTempFolder } from '../../support/temp-folder.ts';
import { SampleHandlers } from './views.ts';

const BEGAN_MS = Date.UTC(2026, 0, 1);

function entry(second: number, version = `shop-${second}`): HistoryEntry {
  const at = new Date(BEGAN_MS + 1000 * second).toISOString();
  return { at, event: 'arrived', version, by: 'vili', reasons: [] };
}

describe('live events', () => {
  it('are the past that was missed, then what happens, each once', async () => {
    const second = fc.integer({ min: 0, max: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(second, { maxLength: 12 }),
        fc.array(second, { maxLength: 6 }),
        fc.array(second, { maxLength: 6 }),
        fc.nat({ max: 12 }),
        async (past, meanwhile, later, had) => {
          // Within a second all are different, as reasons make them; `arrival` is their order.
          let arrival = 0;
          const make = (at: number): HistoryEntry => entry(at, `shop-${arrival++}`);
          const known = past.map(make);
          const raced = meanwhile.map(make);
          const listeners = new Set<(one: HistoryEntry) => void>();
          const handlers: Pick<ControlHandlers, 'events' | 'history'> = {
            events: (listener) => {
              listeners.add(listener);
              return () => listeners.delete(listener);
            },
            // What happens while the past is read is in it, or not.
            history: async () => {
              for (const one of raced) for (const send of listeners) send(one);
              return [...known, ...raced.slice(0, Math.ceil(raced.length / 2))];
            },
          };
          const last = known[Math.min(had, known.length) - 1];
          const after = last === undefined ? undefined : eventOf(last).id;
          const subscribe = await followEvents(handlers, { after, limit: 100 }, 100);
          const got: (EventView | EventGap)[] = [];
          const stop = subscribe((event) => got.push(event));
          const future = later.map(make);
          for (const one of future) for (const send of listeners) send(one);
          const missed = last === undefined ? known : known.slice(known.indexOf(last) + 1);
          expect(got).to.deep.equal([...missed, ...raced, ...future].map(eventOf));
          stop();
          expect(listeners.size).to.equal(0);
        },
      ),
    );
  });

  it('begin with a gap where the history no longer reaches back to what a client had', async () => {
    const handlers = { events: () => () => {}, history: async () => [entry(5), entry(6)] };
    const after = eventOf(entry(5, 'shop-forgotten')).id;
    const subscribe = await followEvents(handlers, { after }, 100);
    const got: unknown[] = [];
    subscribe((event) => got.push(event));
    expect(got).to.deep.equal([{ gapAfter: after }, eventOf(entry(6))]);
  });

  it('have ids that depend on nothing but the entry', () => {
    const one = entry(1);
    expect(eventOf(one).id).to.equal(eventOf({ ...one }).id);
    expect(eventOf({ ...one, reasons: ['x'] }).id).to.not.equal(eventOf(one).id);
    expect(eventOf({ ...one, at: 'never' }).id).to.match(/^0-/);
  });
});

describe('the stream of events', () => {
  it('goes on after the event that a client names in Last-Event-ID, whatever its address says', async () => {
    await withStreams({}, async ({ open, handlers }) => {
      handlers.history = async () => [entry(1), entry(2), entry(3)];
      const [first, second] = [1, 2].map((at) => eventOf(entry(at)).id);
      const stream = await open(`/v1/events?after=${first}`, { 'last-event-id': second ?? '' });
      const third = eventOf(entry(3));
      await stream.until(`id: ${third.id}\ndata: ${JSON.stringify(third)}\n\n`);
      expect(stream.text()).to.match(/^: listening\nretry: 2000\n\nid: /);
      expect(stream.text()).to.not.contain('shop-2');
    });
  });

  it('names a gap, so that an ordinary listener does not take it for an event', async () => {
    await withStreams({}, async ({ open, handlers }) => {
      handlers.history = async () => [entry(3)];
      const stream = await open(`/v1/events?after=${eventOf(entry(1)).id}`);
      await stream.until('event: gap\ndata: {"gapAfter"');
    });
  });

  it('says that it is alive while nothing happens', async () => {
    await withStreams({ heartbeatMs: 10 }, async ({ open }) => {
      const stream = await open('/v1/events');
      await stream.until(': still here\n\n: still here\n\n');
    });
  });

  it('sends together what happens shortly one after the other, and the rest before it ends', async () => {
    await withStreams({}, async ({ open, handlers, close }) => {
      const stream = await open('/v1/events');
      await stream.until('retry');
      const before = stream.pieces();
      const fromMs = performance.now();
      for (let at = 1; at <= 100; at++) {
        for (const send of handlers.eventListeners) send(entry(at));
        await new Promise(setImmediate);
      }
      const tookMs = performance.now() - fromMs;
      await close();
      await stream.until('shop-100');
      expect(stream.text().match(/data: /g)).to.have.length(100);
      expect(stream.pieces() - before).to.be.at.most(3 + tookMs / 50);
    });
  });

  it('has a limit, beyond which ordinary requests still get through', async () => {
    await withStreams({ maxStreams: 2 }, async ({ open, handlers }) => {
      const streams = [await open('/v1/events'), await open('/v1/trace?follow=1')];
      const refused = await open('/v1/events');
      expect(refused.status).to.equal(503);
      await refused.until('"VILI_TOO_MANY_STREAMS"');
      expect([handlers.eventListeners.size, handlers.traceListeners.size]).to.deep.equal([1, 1]);
      expect((await open('/v1/status')).status).to.equal(200);
      streams[0]?.end();
      await eventually('there is room', () => handlers.eventListeners.size === 0);
      expect((await open('/v1/events')).status).to.equal(200);
    });
  });

  for (const id of ['7', 'x'.repeat(500), '1-000000000000%0Aid:%202', '-1-000000000000']) {
    it(`does not take ${id.slice(0, 30)} for an id`, async () => {
      await withStreams({}, async ({ open }) => {
        const stream = await open(`/v1/events?after=${id}`);
        expect(stream.status).to.equal(400);
        await stream.until('is not the id of an event');
        expect(stream.text().length).to.be.below(400);
      });
    });
  }
});

// Private

interface Stream {
  readonly status: number;
  readonly text: () => string;
  /** In how many pieces it came. */
  readonly pieces: () => number;
  readonly until: (part: string) => Promise<unknown>;
  readonly end: () => void;
}

interface Streams {
  readonly handlers: SampleHandlers & ControlHandlers;
  readonly open: (path: string, headers?: Record<string, string>) => Promise<Stream>;
  readonly close: () => Promise<void>;
}

async function withStreams(
  limits: { maxStreams?: number; heartbeatMs?: number },
  use: (streams: Streams) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (folder) => {
    const socketPath = join(folder, 'vili.sock');
    const handlers: SampleHandlers & ControlHandlers = new SampleHandlers();
    const problems: string[] = [];
    const onProblem = (text: string): void => void problems.push(text);
    const server = createControlServer({
      ...CONTROL_LIMITS,
      ...limits,
      door: socketDoor(socketPath),
      handlers,
      onProblem,
    });
    await server.listen();
    const open = async (path: string, headers = {}): Promise<Stream> => {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request({ socketPath, path, headers, agent: false }, resolve).once('error', reject).end();
      });
      let got = '';
      let pieces = 0;
      response.setEncoding('utf8').on('data', (text: string) => {
        got += text;
        pieces += 1;
      });
      response.on('error', () => {});
      return {
        status: response.statusCode ?? 0,
        text: () => got,
        pieces: () => pieces,
        until: (part) => eventually(`"${part}" in ${got}`, () => got.includes(part)),
        end: () => response.destroy(),
      };
    };
    try {
      await use({ handlers, open, close: () => server.close() });
    } finally {
      await server.close();
    }
    expect(problems).to.deep.equal([]);
  });
}
