import { Agent, request as httpRequest } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { messageOf } from '../../../lib/errors.ts';
import { measureUndisturbed } from '../../support/instrument.ts';
import type { LoadCommand, LoadOptions, LoadReport, RequestShape } from './load-protocol.ts';
import { LoadRecords } from './load-records.ts';

/*
 * Users in a process of their own: `load-child.js OPTIONS`, with a channel to its parent. An open loop:
 * requests are due at fixed times whatever the other side does, and latency counts from the time when
 * a request is due. Nothing is ever sent a second time.
 */
const TICK_MS = 1;
measureUndisturbed();
const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions;
const { port, ratePerSecond, shapes, newConnectionEvery, timeoutMs, maxInFlight } = options;
const kept = { keepAlive: true, scheduling: 'fifo', maxFreeSockets: maxInFlight } as const;
const isTls = options.isTls === true;
const agent = isTls ? new TlsAgent({ ...kept, rejectUnauthorized: false }) : new Agent(kept);
const records = new LoadRecords();
let phase: string | null = null;
let originMs = 0;
let due = 0;
let asked = 0;
let inFlight = 0;
let onIdle: (() => void) | null = null;

const timer = setInterval(sendWhatIsDue, TICK_MS);
process.on('message', (command: LoadCommand) => {
  if (command.type === 'phase') changeTo(command.phase);
  else void finish();
});
process.on('disconnect', () => process.exit(1));
report({ type: 'ready' });

function sendWhatIsDue(): void {
  if (phase === null) return;
  const nowMs = performance.now();
  for (;;) {
    const dueMs = originMs + (due * 1000) / ratePerSecond;
    if (dueMs > nowMs) return;
    due += 1;
    send(phase, dueMs);
  }
}

function changeTo(next: string | null): void {
  // Requests that were due before the change belong to the previous phase.
  sendWhatIsDue();
  if (phase === null) {
    originMs = performance.now();
    due = 0;
  }
  phase = next;
  if (next === null) void idle().then(() => report({ type: 'resting' }));
}

async function finish(): Promise<void> {
  phase = null;
  await idle();
  clearInterval(timer);
  agent.destroy();
  process.removeAllListeners('disconnect');
  process.send?.({ type: 'result', result: records.result() } satisfies LoadReport, () =>
    process.disconnect(),
  );
}

async function idle(): Promise<void> {
  if (inFlight > 0) await new Promise<void>((resolve) => (onIdle = resolve));
}

function send(phase: string, dueMs: number): void {
  const shape = shapes[asked % shapes.length];
  if (shape === undefined) throw new Error('there is no request to send');
  const isNew = newConnectionEvery > 0 && asked % newConnectionEvery === 0;
  asked += 1;
  const at = records.add(phase, dueMs, performance.now());
  const name = `${shape.method} ${shape.path}${isNew ? ', new connection' : ''}`;
  if (inFlight >= maxInFlight) {
    records.fail(at, performance.now(), name, `${inFlight} were already under way`);
    return;
  }
  inFlight += 1;
  ask(shape, isNew, at)
    .then(
      () => records.done(at, performance.now()),
      (error: unknown) => records.fail(at, performance.now(), name, messageOf(error)),
    )
    .finally(() => {
      inFlight -= 1;
      if (inFlight === 0) onIdle?.();
    });
}

function ask(shape: RequestShape, isNew: boolean, at: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = (isTls ? httpsRequest : httpRequest)({
      rejectUnauthorized: false,
      host: '127.0.0.1',
      port,
      method: shape.method,
      path: shape.path,
      agent: isNew ? false : agent,
      timeout: timeoutMs,
      headers: shape.method === 'POST' ? { 'content-length': shape.sends } : {},
    });
    request.once('timeout', () => request.destroy(new Error(`no response within ${timeoutMs} ms`)));
    request.once('error', reject);
    request.once('response', (response) => {
      records.head(at, performance.now(), String(response.headers['x-version'] ?? 'none'));
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.once('error', reject);
      response.once('close', () => {
        const { statusCode, complete } = response;
        if (statusCode !== 200) reject(new Error(`status ${statusCode}`));
        else if (!complete || bytes !== shape.gets) {
          reject(new Error(`truncated: ${bytes} bytes of ${shape.gets}`));
        } else resolve();
      });
    });
    request.end(shape.sends > 0 ? Buffer.alloc(shape.sends, 'y') : undefined);
  });
}

function report(message: LoadReport): void {
  process.send?.(message);
}
