import type { CliIo } from './io.ts';

const CONTROL_C = '\u0003';

interface RawInput extends NodeJS.ReadableStream {
  setRawMode(isRaw: boolean): unknown;
}

/** A key that ends a command, `close` gives the terminal back as it was. */
export interface EndKey {
  /** Aborted by the key. */
  readonly signal: AbortSignal;
  close(): void;
}

/** Listens for `q` and, since a raw terminal sends no signal for it, ^C. Without a terminal nothing is listened to. */
export function endKey({ stdin, isTerminal }: CliIo): EndKey {
  const pressed = new AbortController();
  if (!isTerminal.stdin || !isTerminal.stdout || !isRaw(stdin)) {
    return { signal: pressed.signal, close: () => {} };
  }
  const take = (data: Buffer | string): void => {
    const keys = data.toString();
    if (/q/i.test(keys) || keys.includes(CONTROL_C)) pressed.abort();
  };
  stdin.setRawMode(true);
  stdin.on('data', take);
  stdin.resume();
  return {
    signal: pressed.signal,
    close() {
      stdin.off('data', take);
      stdin.setRawMode(false);
      // Otherwise the process would stay for more of it.
      stdin.pause();
    },
  };
}

// Private

function isRaw(stream: NodeJS.ReadableStream): stream is RawInput {
  return 'setRawMode' in stream && typeof stream.setRawMode === 'function';
}
