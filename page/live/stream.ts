import { send } from './api.ts';

/** A longer event cannot be one of Vili. */
const MAX_EVENT_CHARACTERS = 4 * 1024 * 1024;
const DATA = 'data: ';

export interface ServerEvent {
  readonly data: unknown;
}

/**
 * Server-sent events with a token in a header, which EventSource cannot send. Resolves when the stream ends or `signal` is
 * aborted; throws Problem when there is no stream. `onOpen`: events are told from then on.
 */
export async function followStream(
  path: string,
  take: (event: ServerEvent) => void,
  signal: AbortSignal,
  onOpen: () => void = () => {},
): Promise<void> {
  const response = await send(path, { signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  let pending = '';
  onOpen();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (pending + value).split('\n\n');
      pending = blocks.pop() ?? '';
      if (pending.length > MAX_EVENT_CHARACTERS) return;
      for (const block of blocks) {
        const event = eventOf(block);
        if (event !== null) take(event);
      }
    }
  } catch {
    // Broken off: as if it had ended.
  } finally {
    await reader.cancel().catch(() => {});
  }
}

// Private

function eventOf(block: string): ServerEvent | null {
  const data = block
    .split('\n')
    .find((line) => line.startsWith(DATA))
    ?.slice(DATA.length);
  if (data === undefined) return null;
  try {
    return { data: JSON.parse(data) as unknown };
  } catch {
    return null;
  }
}
