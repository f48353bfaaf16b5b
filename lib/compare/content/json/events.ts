import { parseJsonText } from '../../json/parse.ts';

/** Names of events kept apart; the rest is `(other)`. */
const MAX_NAMES = 100;

/** Server-sent events by name, in order: `{"message":[{"id":"1","data":{…}}]}`. */
export function eventsOf(text: string): Readonly<Record<string, readonly unknown[]>> {
  const events = new Map<string, unknown[]>();
  let fields = new Map<string, string[]>();
  const dispatch = (): void => {
    const data = fields.get('data');
    if (data !== undefined) {
      const name = fields.get('event')?.at(-1) ?? 'message';
      const known = events.has(name) || events.size < MAX_NAMES ? name : '(other)';
      const list = events.get(known) ?? [];
      const id = fields.get('id')?.at(-1);
      list.push({ ...(id !== undefined && { id }), data: valueOf(data.join('\n')) });
      events.set(known, list);
    }
    fields = new Map();
  };
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === '') dispatch();
    else if (!line.startsWith(':')) {
      const colon = line.indexOf(':');
      const name = colon === -1 ? line : line.slice(0, colon);
      const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (name !== 'data' && name !== 'event' && name !== 'id') continue;
      const values = fields.get(name);
      if (values === undefined) fields.set(name, [value]);
      else values.push(value);
    }
  }
  // Without its empty line at the end the last event is not complete: browsers drop it too.
  return Object.fromEntries(events);
}

// Private

/** The JSON of an object or array; any other text, numbers too, stays text. */
function valueOf(data: string): unknown {
  if (!/^\s*[[{]/.test(data)) return data;
  const parsed = parseJsonText(data);
  return parsed.ok ? parsed.value : data;
}
