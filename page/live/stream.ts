import { send } from './api.ts';

/** A longer event cannot be one of Vili. */
const MAX_EVENT_CHARACTERS = 4 * 1024 * 1024;

export interface ServerEvent {
  readonly id: string | null;
  readonly name: string | null;
  readonly data: unknown;
}

/**
 * Server-sent events with a token in a header, which EventSource cannot send. Resolves when the stream ends or `signal` is
 * aborted; throws Problem when there is no stream.
 */
export async function followStream(
  path: string,
  lastEventId: string | null,
  take: (event: ServerEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const headers = lastEventId === null ? {} : { 'last-event-id': lastEventId };
  const response = await send(path, { headers, signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  let pending = '';
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
  const field = (name: string): string | null =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2) ?? null;
  const data = field('data');
  if (data === null) return null;
  try {
    return { id: field('id'), name: field('event'), data: JSON.parse(data) as unknown };
  } catch {
    return null;
  }
}
