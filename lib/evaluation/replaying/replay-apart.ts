import { Worker } from 'node:worker_threads';
import type { Sample } from '../../compare/sample/sample.ts';
import { messageOf, ViliError } from '../../errors.ts';
import { siblingModule } from '../../runtime/sibling-module.ts';
import type { Replayed, ReplayOptions } from '../replay.ts';

/** Ample for a pair of the largest bodies that are compared; a hostile one ends only its own thread. */
const RESOURCE_LIMITS = {
  maxOldGenerationSizeMb: 256,
  maxYoungGenerationSizeMb: 8,
  stackSizeMb: 4,
};
/** For all requests of one sample together. */
const LIMIT_MS = 60_000;

export interface ReplayJob extends Pick<ReplayOptions, 'to' | 'running' | 'testing' | 'settings'> {
  readonly sample: Sample;
}

/**
 * Sends the request of one sample again and compares, in a thread of its own: parsing and comparing bodies must not take
 * time from the users' thread. Throws ViliError `VILI_REPLAY_FAILED` after 60 s, or when the thread ends by itself.
 */
export function replayApart(job: ReplayJob): Promise<Replayed> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(siblingModule('./worker', import.meta.url), {
      name: 'vili-replay',
      workerData: job,
      resourceLimits: RESOURCE_LIMITS,
    });
    const fail = (why: string): void => {
      const text = `${job.sample.id} could not be sent again: ${why}`;
      reject(new ViliError('VILI_REPLAY_FAILED', text, { httpStatus: 502 }));
    };
    const limit = setTimeout(() => {
      fail(`it took longer than ${LIMIT_MS / 1000} s`);
      void worker.terminate();
    }, LIMIT_MS);
    worker.once('message', (replayed: Replayed) => resolve(replayed));
    worker.once('error', (error) => fail(messageOf(error)));
    worker.once('exit', () => {
      clearTimeout(limit);
      fail('its thread ended');
    });
  });
}
