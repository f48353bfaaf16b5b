/*
 * Loaded into a Vili by `NODE_OPTIONS=--import=…`: a signal ends one of its worker threads in the middle of
 * whatever it does, the next one each time.
 */
import { syncBuiltinESMExports } from 'node:module';
import workerThreads, { isMainThread, Worker, type WorkerOptions } from 'node:worker_threads';
import { THREAD_SIGNAL } from './targets.ts';

/** What it prints, with the thread's name. */
const SAID = 'killed thread';
/** The one that is ended next comes first. */
const threads = new Map<Worker, string>();

class KillableWorker extends Worker {
  constructor(file: string | URL, options: WorkerOptions = {}) {
    super(file, options);
    threads.set(this, options.name ?? 'unnamed');
    this.once('exit', () => threads.delete(this));
  }
}

if (isMainThread && process.argv.includes('start')) {
  workerThreads.Worker = KillableWorker;
  syncBuiltinESMExports();
  process.on(THREAD_SIGNAL, () => {
    const [next] = threads;
    if (next === undefined) return;
    const [worker, name] = next;
    threads.delete(worker);
    threads.set(worker, name);
    process.stderr.write(`${SAID} ${name}\n`);
    void worker.terminate();
  });
}
