/** The entry of a proxy process: serves users with the same proxy that Vili otherwise runs itself. */
import type { Socket } from 'node:net';
import { setDefaultHighWaterMark } from 'node:stream';
import { codeOf, messageOf } from '../errors.ts';
import { STREAM_BUFFER_BYTES } from '../proxy/downstream/listener.ts';
import { obey } from '../proxy/orders.ts';
import { createProxy, type HttpProxy } from '../proxy/proxy.ts';
import { becomeChild } from '../runtime/child-entry.ts';
import { prepareRuntime } from '../runtime/v8.ts';
import { clockAt } from '../runtime/clock.ts';
import { CopySender } from './copy-sender.ts';
import { ParentChannel } from './parent-channel.ts';
import type { ProcessStats, StartInput, ToProcess } from './protocol.ts';

/** Interval at which counts are reported when they changed. */
const STATS_MS = 100;
/** Unchanged counts are reported every so many intervals, as a heartbeat. */
const STATS_WHEN_UNCHANGED = 10;
const OBSERVATION_BYTES = 200;
/** An error without an owner (sysexits.h EX_SOFTWARE). */
const EXIT_FATAL = 70;

interface Serving {
  readonly proxy: HttpProxy;
  readonly sender: CopySender;
}

prepareRuntime();
// Without Vili this process would not know where to send users.
becomeChild('vili: proxy');
// Node creates the sockets that are handed over, with its defaults.
setDefaultHighWaterMark(false, STREAM_BUFFER_BYTES);
const channel = new ParentChannel();
process.on('uncaughtException', (error) => {
  const text = error.stack ?? messageOf(error);
  void fail(codeOf(error) ?? 'VILI_GATE_PROCESS', text);
});
let serving: Serving | null = null;
let open = 0;
let unobserved = 0;
let unchangedTicks = 0;
let lastStats = '';
process.on('message', (message: ToProcess, socket?: Socket) => receive(message, socket));

// Private

function receive(message: ToProcess, socket?: Socket): void {
  if (message.type === 'start') return start(message.input);
  if (serving === null) return;
  const { proxy, sender } = serving;
  switch (message.type) {
    case 'connection':
      accept(proxy, socket);
      void channel.send({ type: 'taken', open });
      break;
    case 'route':
      proxy.setRoute(message.route);
      void channel.send({ type: 'routed' });
      break;
    case 'mirror-reason':
      sender.setMirrorReason(message.reason);
      break;
    case 'drain':
    case 'move-on':
      obey(proxy, message, (done) => channel.send(done));
      break;
    case 'report':
      reportStats(true);
      void channel.send({ type: 'reported' });
      break;
    case 'leave':
      void proxy.leave();
      break;
    case 'close':
      void close(serving, message.deadlineMs);
  }
}

function start({ settings, copies, clockOffsetMs, pair, route, mirrorReason }: StartInput): void {
  const sender = new CopySender(channel, copies, mirrorReason);
  try {
    const proxy = createProxy(settings, sender, {
      now: clockAt(clockOffsetMs),
      pair,
      onProblem: (text) => void channel.send({ type: 'problem', text }),
      onFailure: (failure) => void channel.send({ type: 'failure', failure }),
    });
    proxy.onTraffic((batch) => {
      if (channel.isBehind) unobserved += batch.length;
      else void channel.send({ type: 'observed', batch }, batch.length * OBSERVATION_BYTES);
    });
    proxy.setRoute(route);
    serving = { proxy, sender };
    setInterval(() => reportStats(false), STATS_MS);
    void channel.send({ type: 'ready' });
  } catch (error) {
    void fail(codeOf(error) ?? 'VILI_GATE_PROCESS', messageOf(error));
  }
}

/** The connection of a client that left on the way arrives without a socket. */
function accept(proxy: HttpProxy, socket: Socket | undefined): void {
  if (socket === undefined) return;
  open++;
  socket.once('close', () => open--);
  proxy.accept(socket);
}

async function close({ proxy, sender }: Serving, deadlineMs: number): Promise<void> {
  await proxy.close(deadlineMs);
  sender.flush();
  reportStats(true);
  await channel.send({ type: 'closed' });
  process.disconnect();
}

function reportStats(always: boolean): void {
  if (serving === null) return;
  const { proxy, sender } = serving;
  const stats: ProcessStats = {
    open,
    counts: proxy.counts(),
    dropped: sender.dropped(),
    isShedding: sender.isShedding,
    unobserved,
  };
  const text = JSON.stringify(stats);
  unchangedTicks = text === lastStats ? unchangedTicks + 1 : 0;
  if (!always && text === lastStats && unchangedTicks % STATS_WHEN_UNCHANGED !== 0) return;
  lastStats = text;
  // Nothing may be counted as submitted before Vili has been sent it.
  sender.flush();
  void channel.send({ type: 'stats', stats }, text.length);
}

async function fail(code: string, text: string): Promise<void> {
  await channel.send({ type: 'failed', code, text });
  process.exit(EXIT_FATAL);
}
