import { connect, type Socket } from 'node:net';
import { measureUndisturbed } from '../../support/instrument.ts';

/**
 * An open loop: `fixed-rate-child.js PORT RATE SECONDS [PATH]`. Requests are due at fixed times whatever the
 * server does; the time of a request begins when it is due. `{random}` in the path is a different word in each
 * request. Prints one line of JSON.
 */
const CONNECTIONS = 64;
const TICK_MS = 1;
/** How long to wait for late responses at the end. */
const LATE_MAX_MS = 3000;
measureUndisturbed();
const [port = 0, rate = 0, seconds = 0] = process.argv.slice(2, 5).map(Number);
const path = process.argv[5] ?? '/';
const random = path.includes('{random}');
const request = requestFor(path);
const wanted = Math.round(rate * seconds);
const idle: Socket[] = [];
const due: number[] = [];
const times: number[] = [];
const sentAt = new Map<Socket, number>();
let failures = 0;
let requested = 0;

await Promise.all(Array.from({ length: CONNECTIONS }, open));
const startMs = performance.now();
await new Promise<void>((resolve) => {
  const timer = setInterval(() => {
    const nowMs = performance.now();
    const target = Math.min(wanted, Math.floor(((nowMs - startMs) / 1000) * rate));
    for (; requested < target; requested++) {
      // The requests of one tick are due now: the timer's resolution is not the server's fault.
      due.push(nowMs);
      send();
    }
    const isOver = times.length + failures >= wanted;
    if (!isOver && nowMs - startMs < seconds * 1000 + LATE_MAX_MS) return;
    clearInterval(timer);
    resolve();
  }, TICK_MS);
});
const elapsedMs = performance.now() - startMs;
times.sort((left, right) => left - right);
const at = (part: number): number => times[Math.floor(times.length * part)] ?? Number.NaN;
const result = {
  requests: times.length,
  failures: wanted - times.length,
  perSecond: (times.length / elapsedMs) * 1000,
  p50Ms: at(0.5),
  p99Ms: at(0.99),
};
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));

// Private

function send(): void {
  while (due.length > 0) {
    const socket = idle.pop();
    if (socket === undefined) return;
    sentAt.set(socket, due.shift() ?? 0);
    socket.write(random ? requestFor(path.replaceAll('{random}', word)) : request);
  }
}

function requestFor(target: string): Buffer {
  return Buffer.from(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
}

/** Letters only, so that no word looks like an identifier. */
function word(): string {
  const letters = Array.from({ length: 9 }, () => 103 + Math.floor(Math.random() * 20));
  return String.fromCharCode(...letters);
}

function open(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let missing = 0;
    let isHeadSeen = false;
    socket.on('connect', () => {
      idle.push(socket);
      resolve();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      failures += Number(sentAt.delete(socket));
    });
    socket.on('data', (chunk: Buffer) => {
      if (isHeadSeen) missing -= chunk.length;
      else {
        const end = chunk.indexOf('\r\n\r\n');
        const head = chunk.toString('latin1', 0, end);
        const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
        missing = length - (chunk.length - end - 4);
        isHeadSeen = true;
        if (!head.startsWith('HTTP/1.1 200')) failures++;
      }
      if (missing > 0) return;
      isHeadSeen = false;
      times.push(performance.now() - (sentAt.get(socket) ?? 0));
      sentAt.delete(socket);
      idle.push(socket);
      send();
    });
  });
}
