import type { Exchange } from '../../../model/exchange.ts';
import { headerValues } from '../../../model/headers.ts';
import { pathOf } from '../../../model/path-template.ts';
import type { ShadowResponse } from '../../request/requester.ts';
import { BoundedMap } from '../../../model/bounded-map.ts';
import { hashOf } from '../hash.ts';
import { clientOf } from '../note.ts';
import { translated } from './translate.ts';
import { type Twin, twinsIn } from './places.ts';

const MAX_TWINS = 10_000;
/** Longer values are no credentials that a process hands out by itself. */
const MAX_VALUE = 2048;
const MAX_MAPPED_BODY = 1_048_576;

/**
 * What running and testing handed out for the same, so that copies carry testing's values: sessions by their value,
 * fields per client, created things by their path. Never shown to anybody.
 */
export class Twins {
  readonly #sessions = new BoundedMap<string, string>(MAX_TWINS);
  readonly #fields = new BoundedMap<string, string>(MAX_TWINS);
  readonly #paths = new BoundedMap<string, string>(MAX_TWINS);
  /** Hashes of the sessions that have a twin, with the run of running that handed them out. */
  readonly #known = new BoundedMap<number, number>(MAX_TWINS);
  #run = 0;
  /** Sessions with which a copy was sent; only their number is told. */
  readonly #used = new BoundedMap<string, true>(MAX_TWINS);
  #newlyUsed = 0;

  /** Testing's value for this session; undefined: there is none. */
  sessionOf(value: string): string | undefined {
    return this.#sessions.use(value);
  }

  get isEmpty(): boolean {
    return this.#sessions.size + this.#fields.size + this.#paths.size === 0;
  }

  hasSession(hash: number): boolean {
    return this.#known.has(hash);
  }

  /** Whether running has started anew since it handed the session out. */
  isEarlier(hash: number): boolean {
    const run = this.#known.use(hash);
    return run !== undefined && run < this.#run;
  }

  /** The request as testing knows its client; sessions among `left` stay as they are. */
  translated(exchange: Exchange, left: ReadonlySet<string>): Exchange {
    const client = clientOf(exchange.headers);
    const twinOf = (value: string): string | undefined => {
      const session = left.has(value) ? undefined : this.#sessions.use(value);
      if (session !== undefined) {
        this.#use(value);
        return session;
      }
      for (const hash of client) {
        const field = this.#fields.use(keyOf(hash, value));
        if (field !== undefined) return field;
      }
      return undefined;
    };
    return translated(exchange, twinOf, (path) => this.#paths.use(path));
  }

  /** What both hand out in the same places; nothing where their status differs or either refuses. */
  found(exchange: Exchange, testing: ShadowResponse, isBodyRead = true): readonly Twin[] {
    const { method, path, status, responseHeaders, responseBody } = exchange;
    if (status !== testing.status || status >= 400 || status === 0) return [];
    const running = { headers: responseHeaders, bytes: isBodyRead ? responseBody : null };
    const twins = twinsIn(method, path, running, testing);
    return twins.filter(
      ({ running: ours, testing: theirs }) => Math.max(ours.length, theirs.length) <= MAX_VALUE,
    );
  }

  /** What was created, and is now requested. */
  requestedIn({ path }: Exchange): readonly Twin[] {
    const whole = pathOf(path);
    const segment = this.#paths.use(whole);
    if (segment === undefined) return [];
    const testing = whole.slice(0, whole.lastIndexOf('/') + 1) + segment;
    return [{ what: 'path', running: whole, testing }];
  }

  /** `owners`: hashes of what identifies the client from now on. */
  learn(twins: readonly Twin[], owners: readonly number[]): void {
    for (const { what, running, testing } of twins) {
      if (what === 'session') {
        this.#sessions.set(running, testing);
        this.#known.set(hashOf(running), this.#run);
      }
      if (what === 'path') this.#paths.set(running, testing.slice(testing.lastIndexOf('/') + 1));
      if (what === 'field')
        for (const hash of owners) this.#fields.set(keyOf(hash, running), testing);
    }
  }

  /** How many more sessions copies were sent with since the last call. */
  takeUsed(): number {
    const taken = this.#newlyUsed;
    this.#newlyUsed = 0;
    return taken;
  }

  /** Running starts anew, and may have forgotten what it handed out. */
  runningReplaced(): void {
    this.#run++;
  }

  /** Testing starts anew and has forgotten what it handed out. */
  clear(): void {
    this.#sessions.clear();
    this.#known.clear();
    this.#fields.clear();
    this.#paths.clear();
  }

  // Private

  #use(value: string): void {
    if (this.#used.has(value)) return;
    this.#used.set(value, true);
    this.#newlyUsed++;
  }
}

/** Testing's response with running's values in place of their twins, so that they are no difference. */
export function mappedBack(response: ShadowResponse, twins: readonly Twin[]): ShadowResponse {
  if (twins.length === 0) return response;
  return { ...response, headers: headersBack(response, twins), bytes: bytesBack(response, twins) };
}

// Private

function keyOf(client: number, value: string): string {
  return `${client} ${value}`;
}

function headersBack({ headers }: ShadowResponse, twins: readonly Twin[]): readonly string[] {
  if (headerValues(headers, 'location').length === 0) return headers;
  return headers.map((value, index) =>
    index % 2 === 1 && headers[index - 1]?.toLowerCase() === 'location'
      ? textBack(value, twins)
      : value,
  );
}

function bytesBack({ bytes, headers }: ShadowResponse, twins: readonly Twin[]): Buffer | null {
  if (bytes === null || bytes.length === 0 || bytes.length > MAX_MAPPED_BODY) return bytes;
  if (headerValues(headers, 'content-encoding').length > 0) return bytes;
  const text = bytes.toString('latin1');
  const back = textBack(text, twins);
  return back === text ? bytes : Buffer.from(back, 'latin1');
}

function textBack(text: string, twins: readonly Twin[]): string {
  let result = text;
  for (const { what, running, testing } of twins) {
    if (testing === '') continue;
    if (what !== 'path') {
      result = result.replaceAll(testing, () => running);
      continue;
    }
    const whole = new RegExp(`${escaped(testing)}(?![\\w.~%-])`, 'g');
    result = idBack(
      result.replace(whole, () => running),
      running,
      testing,
    );
  }
  return result;
}

/** The `id` at the start of a document that was just created, or is read at its path. */
function idBack(text: string, running: string, testing: string): string {
  const [ours, theirs] = [running, testing].map((path) => path.slice(path.lastIndexOf('/') + 1));
  if (!/^\s*\{/.test(text) || theirs === undefined || ours === undefined) return text;
  const pattern = new RegExp(`("_?id"\\s*:\\s*"?)${escaped(theirs)}(?=["\\s,}])`);
  return text.replace(pattern, (_, before: string) => before + ours);
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
