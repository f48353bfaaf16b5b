import type { Sink } from './sink.ts';

/** Writes lines to a stream that stays open, such as standard output; a broken pipe causes no crash. */
export function streamSink(stream: NodeJS.WritableStream, maxPendingBytes: number): Sink {
  let pendingBytes = 0;
  let waiting: (() => void)[] = [];
  let isClosed = false;
  const written = (bytes: number): void => {
    pendingBytes -= bytes;
    if (pendingBytes > 0) return;
    const done = waiting;
    waiting = [];
    for (const resolve of done) resolve();
  };
  const flush = (): Promise<void> =>
    pendingBytes === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));

  stream.on('error', ignore);
  return {
    write(line) {
      const bytes = Buffer.byteLength(line);
      if (isClosed || pendingBytes + bytes > maxPendingBytes) return;
      pendingBytes += bytes;
      try {
        stream.write(line, () => written(bytes));
      } catch {
        written(bytes);
      }
    },
    flush,
    reopen: flush,
    async close() {
      await flush();
      isClosed = true;
      stream.removeListener('error', ignore);
    },
  };
}

// Private

function ignore(): void {}
