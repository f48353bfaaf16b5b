import { parentPort, workerData } from 'node:worker_threads';
import { reniceThisThread } from '../../runtime/priority.ts';
import { replaySamples } from '../replay.ts';
import type { ReplayJob } from './replay-apart.ts';

if (parentPort !== null) {
  const port = parentPort;
  // Users' requests have the processor first.
  reniceThisThread();
  const { sample, to, running, testing, settings } = workerData as ReplayJob;
  const { signal } = new AbortController();
  const options = { to, running, testing, settings, headers: [], signal } as const;
  // A failure ends the thread, which the main thread notices.
  void replaySamples([sample], options, (replayed) => port.postMessage(replayed));
}
