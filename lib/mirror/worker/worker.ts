import { setImmediate as later } from 'node:timers';
import { parentPort, workerData } from 'node:worker_threads';
import { ViliError } from '../../errors.ts';
import { reniceThisThread } from '../../runtime/priority.ts';
import { SelfLag } from '../load/self-lag.ts';
import { BATCH_HEAD_BYTES, giveBack } from '../wire/batch.ts';
import { readRecord, recordBuffer, recordSizeAt } from '../wire/codec.ts';
import {
  ADMIT,
  type FromWorker,
  REFUSE_BREAKER,
  REFUSE_FULL,
  STATE_ADMISSION,
  STATE_HEARTBEAT,
  STATE_USERS_BUSY,
  type ToWorker,
  type WorkerInput,
} from '../wire/protocol.ts';
import { causeFault } from './fault.ts';
import { ShadowRun } from './run.ts';

/** Time limits are enforced, and life is shown, this often. */
const TICK_MS = 25;
/** What was found is reported every so many ticks, or as soon as there are so many outcomes. */
const TICKS_PER_REPORT = 2;
const MAX_OUTCOMES_PER_REPORT = 500;

if (parentPort === null) {
  throw new ViliError('VILI_FAR_SIDE_ENTRY', 'lib/mirror/worker is the entry of a worker thread');
}
reniceThisThread();
const port = parentPort;
const input = workerData as WorkerInput;
const state = new Int32Array(input.state);
const shadowRun = new ShadowRun(input.settings, input.targets, {
  now: () => performance.now(),
  random: Math.random,
  isBusy: () => Atomics.load(state, STATE_USERS_BUSY) === 1,
  later: (work) => {
    later(() => {
      work();
      afterWork();
    });
  },
});
if (input.noise !== null) shadowRun.restoreNoise(input.noise);
const delay = new SelfLag(TICK_MS, { now: () => performance.now() });
let ticks = 0;
const timer = setInterval(tick, TICK_MS);
Atomics.add(state, STATE_HEARTBEAT, 1);
port.on('message', receive);

// Private

function receive(message: ToWorker): void {
  switch (message.type) {
    case 'exchanges':
      receiveExchanges(message.batch, message.end);
      break;
    case 'noise':
      shadowRun.restoreNoise(message.noise);
      break;
    case 'retarget':
      shadowRun.retarget(message.targets);
      break;
    case 'end':
      shadowRun.end();
      report();
      clearInterval(timer);
      send({ type: 'ended' });
      break;
    case 'fault':
      causeFault(message.fault);
      break;
  }
  afterWork();
}

/** What would be dropped is not even read. */
function receiveExchanges(shared: SharedArrayBuffer, end: number): void {
  const records = recordBuffer(shared);
  let offset = BATCH_HEAD_BYTES;
  while (offset < end) {
    const size = recordSizeAt(records, offset);
    if (size <= 0) throw new ViliError('VILI_FAR_SIDE_RECORD', `no record at byte ${offset}`);
    const refusal = shadowRun.refusal(size);
    if (refusal === null) shadowRun.offer(readRecord(records, offset), size);
    else shadowRun.drop(refusal);
    reportIfMany();
    offset += size;
  }
  giveBack(records);
}

function tick(): void {
  Atomics.add(state, STATE_HEARTBEAT, 1);
  shadowRun.sweep(delay.isDisturbed());
  ticks++;
  if (ticks % TICKS_PER_REPORT === 0) report();
  afterWork();
}

/** The gate sees at once whether packing a copy is worth its while. */
function afterWork(): void {
  const refusal = shadowRun.refusal(0);
  const admission = refusal === null ? ADMIT : refusal === 'breaker' ? REFUSE_BREAKER : REFUSE_FULL;
  Atomics.store(state, STATE_ADMISSION, admission);
  reportIfMany();
}

function reportIfMany(): void {
  if (shadowRun.outcomes() >= MAX_OUTCOMES_PER_REPORT) report();
}

function report(): void {
  const taken = shadowRun.takeReport();
  if (taken !== null) send({ type: 'report', report: taken });
}

function send(message: FromWorker): void {
  port.postMessage(message);
}
