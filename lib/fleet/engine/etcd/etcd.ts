import { EngineError } from '../errors.ts';
import {
  type Coordinator,
  type GuardedWrite,
  type Leadership,
  type Snapshot,
  VALUE_MAX_CHARACTERS,
  type WatchListener,
} from '../coordinator.ts';
import { ReplyError } from './transport.ts';
import { Session, type SessionOptions } from './session.ts';
import {
  encoded,
  entryOf,
  fieldsOf,
  leaseOf,
  listOf,
  numberOf,
  rangeOf,
  revisionOf,
} from './wire.ts';
import { watchEtcd } from './watch.ts';

const SECOND_MS = 1000;
/** With so many changes that all can still be read, nobody compacts this etcd: 4 KiB each are 400 MiB. */
const UNCOMPACTED_MAX = 100_000;
const GRPC_NOT_FOUND = 5;

export interface EtcdOptions extends SessionOptions {
  /** Default 100,000. */
  readonly uncompactedMax?: number;
}

/** etcd 3.4 and later, spoken to through its JSON gateway. */
export class EtcdCoordinator implements Coordinator {
  readonly #session: Session;
  readonly #ends = new Set<() => void>();
  readonly #uncompactedMax: number;

  constructor(options: EtcdOptions) {
    this.#session = new Session(options);
    this.#uncompactedMax = options.uncompactedMax ?? UNCOMPACTED_MAX;
  }

  async get(prefix: string): Promise<Snapshot> {
    const reply = await this.#session.call('/v3/kv/range', rangeOf(prefix));
    return { entries: listOf(reply['kvs']).map(entryOf), revision: revisionOf(reply) };
  }

  async put(key: string, value: string, lease?: string): Promise<void> {
    const record = { key: encoded(key), value: encodedValue(key, value) };
    await this.#session.call('/v3/kv/put', lease === undefined ? record : { ...record, lease });
  }

  async remove(key: string): Promise<void> {
    await this.#session.call('/v3/kv/deleterange', { key: encoded(key) });
  }

  async write({ key, revision, value, leadership, consumed }: GuardedWrite): Promise<boolean> {
    const removal =
      consumed === undefined ? [] : [{ request_delete_range: { key: encoded(consumed) } }];
    return this.#transact({
      compare: [modifiedAt(key, revision), createdAt(leadership.key, leadership.token)],
      success: [
        { request_put: { key: encoded(key), value: encodedValue(key, value) } },
        ...removal,
      ],
    });
  }

  create(key: string, value: string): Promise<boolean> {
    const record = { key: encoded(key), value: encodedValue(key, value) };
    return this.#transact({ compare: [createdAt(key, 0)], success: [{ request_put: record }] });
  }

  async lease(ttlMs: number): Promise<string> {
    const reply = await this.#session.call('/v3/lease/grant', {
      TTL: String(Math.ceil(ttlMs / SECOND_MS)),
    });
    const { ID: id } = reply;
    if (typeof id === 'string' && /^-?\d{1,20}$/.test(id)) return id;
    throw new EngineError('etcd gave a lease without an id');
  }

  async keepAlive(lease: string): Promise<boolean> {
    const reply = await this.#session.call('/v3/lease/keepalive', { ID: lease });
    return numberOf(fieldsOf(reply['result'], 'a result')['TTL']) > 0;
  }

  async release(lease: string): Promise<void> {
    try {
      await this.#session.call('/v3/lease/revoke', { ID: lease });
    } catch (error) {
      if (!(error instanceof ReplyError && error.grpcCode === GRPC_NOT_FOUND)) throw error;
    }
  }

  async lead(key: string, holder: string, lease: string): Promise<Leadership | null> {
    const record = { key: encoded(key), value: encodedValue(key, holder), lease };
    const read = { request_range: { key: encoded(key) } };
    const reply = await this.#session.call('/v3/kv/txn', {
      compare: [createdAt(key, 0)],
      success: [{ request_put: record }, read],
      failure: [read],
    });
    const last = fieldsOf(listOf(reply['responses']).at(-1), 'a response');
    const [found] = listOf(fieldsOf(last['response_range'], 'a range')['kvs']);
    // It was taken by a request whose reply got lost, or by somebody else.
    if (found === undefined || leaseOf(found) !== lease) return null;
    return { key, token: entryOf(found).created };
  }

  watch(prefix: string, after: number, listener: WatchListener): () => void {
    const end = watchEtcd(this.#session, prefix, after, {
      changed: (changes) => listener.changed(changes),
      lost: (problem) => {
        this.#ends.delete(end);
        listener.lost(problem);
      },
    });
    this.#ends.add(end);
    return () => {
      this.#ends.delete(end);
      end();
    };
  }

  async trouble(): Promise<string | null> {
    const alarms = await this.#session.call('/v3/maintenance/alarm', {});
    const isFull = listOf(alarms['alarms']).some(
      (one) => fieldsOf(one, 'an alarm')['alarm'] === 'NOSPACE',
    );
    if (isFull)
      return 'etcd has reached its quota (NOSPACE) and takes no writes: compact and defragment it';
    const probe = { key: encoded('/'), limit: '1', keys_only: true };
    const revision = revisionOf(await this.#session.call('/v3/kv/range', probe));
    if (revision <= this.#uncompactedMax) return null;
    try {
      await this.#session.call('/v3/kv/range', {
        ...probe,
        revision: String(revision - this.#uncompactedMax),
      });
    } catch {
      return null;
    }
    return `etcd keeps more than ${this.#uncompactedMax} changes: start it with --auto-compaction-retention=1, else its quota will stop all writes`;
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#ends.clear();
    this.#session.transport.close();
  }

  // Private

  async #transact(transaction: object): Promise<boolean> {
    return (await this.#session.call('/v3/kv/txn', transaction))['succeeded'] === true;
  }
}

// Private

function modifiedAt(key: string, revision: number): object {
  return { key: encoded(key), target: 'MOD', result: 'EQUAL', mod_revision: String(revision) };
}

function createdAt(key: string, revision: number): object {
  return {
    key: encoded(key),
    target: 'CREATE',
    result: 'EQUAL',
    create_revision: String(revision),
  };
}

/** @throws EngineError for a value that is too long. */
function encodedValue(key: string, value: string): string {
  if (value.length <= VALUE_MAX_CHARACTERS) return encoded(value);
  throw new EngineError(
    `${key} would have ${value.length} characters, more than ${VALUE_MAX_CHARACTERS}`,
  );
}
