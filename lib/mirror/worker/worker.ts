import { setImmediate as later } from 'node:timers';
import { parentPort, workerData } from 'node:worker_threads';
import { ViliError } from '../../errors.ts';
import { reniceThisThread } from '../../runtime/priority.ts';
import { SelfLag } from '../load/self-lag.ts';
import { BATCH_HEAD_BYTES, giveBack } from '../wire/batch.ts';
import { unpackNote } from '../state/note.ts';
import { isNoteAt, readRecord, recordBuffer, recordSizeAt } from '../wire/codec.ts';
import {
  ADMIT,
  DROP_BREAKER,
  DROP_FULL,
  type FromWorker,
  STATE_ADMISSION,
  STATE_BUSY,
  STATE_HEARTBEAT,
  STATE_SPEED,
  type ToWorker,
  type WorkerInput,
} from '../wire/protocol.ts';
import { injectFault } from './fault.ts';
import { ShadowRun } from './run.ts';

/** Interval at which time limits are enforced and the heartbeat advances. */
const TICK_MS = 25;
/** Results are reported after this many ticks, or as soon as there are this many outcomes. */
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
  isBusy: () => Atomics.load(state, STATE_BUSY) === 1,
  isSpeedMissing: () => Atomics.load(state, STATE_SPEED) === 1,
  later: (work) => {
    later(() => {
      work();
      afterWork();
    });
  },
});
shadowRun.state.restore(input.known);
if (input.noise !== null) shadowRun.results.restoreNoise(input.noise);
const lag = new SelfLag(TICK_MS, { now: () => performance.now() });
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
      shadowRun.results.restoreNoise(message.noise);
      break;
    case 'note':
      shadowRun.state.note(unpackNote(message.note));
      break;
    case 'forget-state':
      shadowRun.state.forget();
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
      injectFault(message.fault);
      break;
  }
  afterWork();
}

/** Copies that would be dropped are not even read. */
function receiveExchanges(shared: SharedArrayBuffer, end: number): void {
  const records = recordBuffer(shared);
  let offset = BATCH_HEAD_BYTES;
  while (offset < end) {
    const size = recordSizeAt(records, offset);
    if (size <= 0) throw new ViliError('VILI_FAR_SIDE_RECORD', `no record at byte ${offset}`);
    const reason = shadowRun.dropReason(size);
    if (isNoteAt(records, offset)) shadowRun.state.note(unpackNote(readRecord(records, offset)));
    else if (reason === null) shadowRun.offer(readRecord(records, offset), size);
    else shadowRun.results.drop(reason);
    reportIfMany();
    offset += size;
  }
  giveBack(records);
}

function tick(): void {
  Atomics.add(state, STATE_HEARTBEAT, 1);
  shadowRun.sweep(lag.isDisturbed());
  ticks++;
  if (ticks % TICKS_PER_REPORT === 0) report();
  afterWork();
}

/** Lets the proxy see at once whether a copy is worth packing. */
function afterWork(): void {
  const reason = shadowRun.dropReason(0);
  const admission = reason === null ? ADMIT : reason === 'breaker' ? DROP_BREAKER : DROP_FULL;
  Atomics.store(state, STATE_ADMISSION, admission);
  reportIfMany();
}

function reportIfMany(): void {
  if (shadowRun.results.waiting >= MAX_OUTCOMES_PER_REPORT) report();
}

function report(): void {
  const taken = shadowRun.takeReport();
  if (taken !== null) send({ type: 'report', report: taken });
}

function send(message: FromWorker): void {
  port.postMessage(message);
}
