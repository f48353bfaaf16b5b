import { expect } from 'chai';
import type { Change, Coordinator, Leadership } from '../../../../lib/fleet/engine/coordinator.ts';
import { eventually } from '../../../support/eventually.ts';

/** Where the specs of one engine get their clients; each is closed after its test. */
export interface ContractWorld {
  connect(): Coordinator;
  /** Makes the engine forget all changes up to now. */
  compact(): Promise<void>;
}

const TTL_MS = 2000;

/** What both engines promise; every test has a prefix of its own. */
export function describeContract(world: () => ContractWorld): void {
  let clients: Coordinator[] = [];
  let prefix = '/';
  let count = 0;
  const connect = (): Coordinator => {
    const client = world().connect();
    clients.push(client);
    return client;
  };

  beforeEach(() => {
    count += 1;
    prefix = `/vili-spec/${count}/`;
  });

  afterEach(() => {
    for (const client of clients) client.close();
    clients = [];
  });

  const led = async (client: Coordinator): Promise<Leadership> => {
    const leadership = await client.lead(`${prefix}leader`, 'a', await client.lease(TTL_MS));
    if (leadership === null) throw new Error('somebody else leads');
    return leadership;
  };

  it('gives back what was put below a prefix, and nothing beside it', async () => {
    const client = connect();
    await client.put(`${prefix}hosts/a`, 'one ✓ "quoted"');
    await client.put(`${prefix}hosts/b`, '');
    await client.put(`${prefix}hosts0`, 'beside');
    await client.remove(`${prefix}hosts/b`);
    await client.remove(`${prefix}hosts/never`);
    const { entries, revision } = await client.get(`${prefix}hosts/`);
    expect(entries.map(({ key, value }) => [key, value])).to.deep.equal([
      [`${prefix}hosts/a`, 'one ✓ "quoted"'],
    ]);
    expect(revision).to.be.at.least(entries[0]?.revision ?? 0);
  });

  it('creates a key once', async () => {
    const client = connect();
    expect(await client.create(`${prefix}ask`, 'first')).to.equal(true);
    expect(await client.create(`${prefix}ask`, 'second')).to.equal(false);
    expect((await client.get(prefix)).entries[0]?.value).to.equal('first');
  });

  it('lets exactly one of many writers from the same revision through, and loses none', async () => {
    const client = connect();
    const leadership = await led(client);
    const key = `${prefix}count`;
    const addOne = async (): Promise<void> => {
      for (;;) {
        const found = (await client.get(key)).entries.find((entry) => entry.key === key);
        const value = String(Number(found?.value ?? 0) + 1);
        const revision = found?.revision ?? 0;
        if (await client.write({ key, revision, value, leadership })) return;
      }
    };
    await Promise.all(Array.from({ length: 8 }, addOne));
    expect((await client.get(key)).entries[0]?.value).to.equal('8');
  });

  it('takes a request away in the transaction that answers it', async () => {
    const client = connect();
    const leadership = await led(client);
    await client.create(`${prefix}ask`, 'pause');
    const write = { key: `${prefix}rollout`, revision: 0, value: 'paused', leadership };
    expect(await client.write({ ...write, consumed: `${prefix}ask` })).to.equal(true);
    const keys = (await client.get(prefix)).entries.map(({ key }) => key);
    expect(keys).to.deep.equal([`${prefix}leader`, `${prefix}rollout`]);
  });

  it('gives leadership to one at a time, with a greater token each time', async () => {
    const [one, other] = [connect(), connect()];
    const key = `${prefix}leader`;
    const [ours, theirs] = [await one.lease(TTL_MS), await other.lease(TTL_MS)];
    const first = await one.lead(key, 'a', ours);
    expect(first?.token).to.be.above(0);
    expect(await other.lead(key, 'b', theirs)).to.equal(null);
    expect(await one.lead(key, 'a', ours)).to.deep.equal(first);
    await one.release(ours);
    await one.release(ours);
    const second = await other.lead(key, 'b', theirs);
    expect(second?.token).to.be.above(first?.token ?? Number.POSITIVE_INFINITY);
  });

  it('refuses every write of a leader that is deposed', async () => {
    const [one, other] = [connect(), connect()];
    const lease = await one.lease(TTL_MS);
    const old = await one.lead(`${prefix}leader`, 'a', lease);
    await one.release(lease);
    const now = await led(other);
    const write = { key: `${prefix}rollout`, revision: 0, value: 'wave 2' };
    expect(old).to.not.equal(null);
    if (old !== null) expect(await one.write({ ...write, leadership: old })).to.equal(false);
    expect(await other.write({ ...write, leadership: now })).to.equal(true);
  });

  it('ends what is under a lease that nobody keeps alive, and keeps it while somebody does', async () => {
    const client = connect();
    const [kept, left] = [await client.lease(TTL_MS), await client.lease(TTL_MS)];
    await client.put(`${prefix}kept`, '1', kept);
    await client.put(`${prefix}left`, '1', left);
    await eventually(
      'the key of the lease that is left disappears',
      async () => {
        expect(await client.keepAlive(kept)).to.equal(true);
        const keys = (await client.get(prefix)).entries.map(({ key }) => key);
        expect(keys).to.include(`${prefix}kept`);
        return !keys.includes(`${prefix}left`);
      },
      TTL_MS * 5,
    );
    expect(await client.keepAlive(left)).to.equal(false);
    const late = await client.put(`${prefix}late`, '1', left).then(
      () => null,
      (error: unknown) => error,
    );
    expect(late).to.have.property('code', 'VILI_FLEET_ENGINE');
  });

  it('tells a watch of every change after its revision, in order, those before it was begun too', async () => {
    const client = connect();
    const { revision } = await client.get(prefix);
    await client.put(`${prefix}a`, '1');
    await client.put(`${prefix}b`, '2');
    const seen: Change[] = [];
    const end = client.watch(prefix, revision, {
      changed: (changes) => seen.push(...changes),
      lost: (problem) => seen.push({ key: problem, entry: null, revision: 0 }),
    });
    await eventually('the first two are told', () => seen.length === 2);
    await client.put(`${prefix}a`, '3');
    await client.remove(`${prefix}b`);
    await eventually('all are told', () => seen.length === 4);
    end();
    await client.put(`${prefix}c`, '4');
    expect(
      seen.map(({ key, entry }) => [key.slice(prefix.length), entry?.value ?? null]),
    ).to.deep.equal([
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
      ['b', null],
    ]);
    expect(seen.map((one) => one.revision)).to.deep.equal(
      seen.map((one) => one.revision).toSorted((x, y) => x - y),
    );
  });

  it('says that a watch is lost when the changes that it asks for are compacted', async () => {
    const client = connect();
    const { revision } = await client.get(prefix);
    await client.put(`${prefix}a`, '1');
    await client.put(`${prefix}a`, '2');
    await world().compact();
    const problems: string[] = [];
    client.watch(prefix, revision, {
      changed: () => undefined,
      lost: (text) => problems.push(text),
    });
    await eventually('the watch is lost', () => problems.length > 0);
    expect(problems[0]).to.match(/compacted/);
  });
}
