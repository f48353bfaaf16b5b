import { backoffMs } from '../../../runtime/backoff.ts';
import { messageOf } from '../../../errors.ts';
import type { WatchListener } from '../coordinator.ts';
import type { Session } from './session.ts';
import { changeOf, fieldsOf, listOf, numberOf, rangeOf, textOf } from './wire.ts';

/** Between attempts to go on where a watch broke. */
const RETRY = { minMs: 100, maxMs: 2000, jitter: 0.2 };
/** After so many failures in a row the caller is told, who begins anew. */
const FAILURES_MAX = 6;
/** A watch that etcd does not begin in this time is begun anew, perhaps at another endpoint. */
const BEGIN_TIMEOUT_MS = 5000;
/** etcd is asked so often where it is; a watch that is silent longer than twice that is begun anew. */
const PROGRESS_MS = 10_000;

/**
 * Changes below a prefix after a revision, in order. A connection that breaks is made anew, from the revision after
 * the last one seen; what etcd has compacted by then is lost.
 */
export function watchEtcd(
  session: Session,
  prefix: string,
  after: number,
  listener: WatchListener,
): () => void {
  const watch = new EtcdWatch(session, prefix, after, listener);
  return () => watch.end();
}

// Private

class EtcdWatch {
  readonly #session: Session;
  readonly #prefix: string;
  readonly #listener: WatchListener;
  #after: number;
  #failures = 0;
  #isOver = false;
  #endLines: () => void = () => undefined;
  /** Begins it anew: after a pause, or when etcd is silent. */
  #timer: NodeJS.Timeout | undefined;
  #probe: NodeJS.Timeout | undefined;

  constructor(session: Session, prefix: string, after: number, listener: WatchListener) {
    this.#session = session;
    this.#prefix = prefix;
    this.#after = after;
    this.#listener = listener;
    this.#begin();
    this.#probe = setInterval(() => void this.#compare(), PROGRESS_MS);
    this.#probe.unref();
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearInterval(this.#probe);
    this.#endLines();
  }

  // Private

  #begin(): void {
    const create = { ...rangeOf(this.#prefix), start_revision: String(this.#after + 1) };
    this.#endLines = this.#session.lines(
      '/v3/watch',
      { create_request: create },
      {
        line: (value) => this.#line(value),
        ended: (problem) => this.#broken(problem),
      },
    );
    this.#wait(BEGIN_TIMEOUT_MS, () => this.#broken('etcd does not begin the watch'));
  }

  #line(value: unknown): void {
    if (this.#isOver) return;
    try {
      this.#message(fieldsOf(fieldsOf(value, 'a message')['result'], 'a result'));
    } catch (error) {
      this.#broken(messageOf(error));
    }
  }

  #message(result: Readonly<Record<string, unknown>>): void {
    if (result['canceled'] === true) {
      const compacted = numberOf(result['compact_revision']);
      if (compacted > 0) return this.#lose(`its changes up to revision ${compacted} are compacted`);
      return this.#broken(textOf(result['cancel_reason'], 'etcd cancelled the watch'));
    }
    clearTimeout(this.#timer);
    this.#failures = 0;
    // One that was begun anew at another node may tell of a revision twice.
    const changes = listOf(result['events'])
      .map(changeOf)
      .filter(({ revision }) => revision > this.#after);
    const last = changes.at(-1);
    if (last === undefined) return;
    this.#after = last.revision;
    this.#listener.changed(changes);
  }

  /** A connection may be dead without an end: does etcd have a change that the watch should have told of? */
  async #compare(): Promise<void> {
    const { key, range_end } = rangeOf(this.#prefix);
    const newest = {
      key,
      range_end,
      limit: '1',
      keys_only: true,
      sort_order: 'DESCEND',
      sort_target: 'MOD',
    };
    try {
      const before = this.#after;
      const reply = await this.#session.call('/v3/kv/range', newest);
      const [found] = listOf(reply['kvs']);
      if (this.#isOver || found === undefined || this.#after !== before) return;
      if (numberOf(fieldsOf(found, 'a key')['mod_revision']) <= before) return;
      this.#wait(PROGRESS_MS / 2, () => this.#broken('etcd is silent on the watch'));
    } catch {
      // The watch itself finds out.
    }
  }

  #broken(problem: string): void {
    if (this.#isOver) return;
    this.#endLines();
    this.#failures += 1;
    if (this.#failures >= FAILURES_MAX) return this.#lose(problem);
    this.#session.forget();
    this.#wait(backoffMs(RETRY, this.#failures, Math.random()), () => this.#begin());
  }

  #lose(problem: string): void {
    if (this.#isOver) return;
    this.end();
    this.#listener.lost(problem);
  }

  #wait(ms: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, ms);
  }
}
