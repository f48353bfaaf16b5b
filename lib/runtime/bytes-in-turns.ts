import { setImmediate as nextTurn } from 'node:timers/promises';

/** After so long, whatever else waits for this thread gets its turn; one piece may take longer. */
const SLICE_MS = 1;

/** Puts a long text together without holding its thread for long: what waits meanwhile is done in between. */
export async function bytesInTurns(
  pieces: Iterable<string>,
  now: () => number = () => performance.now(),
): Promise<Buffer> {
  const done: Buffer[] = [];
  let untilMs = now() + SLICE_MS;
  for (const piece of pieces) {
    // Of each piece at once: to join long texts at the end would hold the thread for all of them.
    done.push(Buffer.from(piece));
    if (now() < untilMs) continue;
    await nextTurn();
    untilMs = now() + SLICE_MS;
  }
  return Buffer.concat(done);
}
