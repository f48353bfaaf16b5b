import { expect } from 'chai';
import { Origin, Origins, type OwnerSearch } from '../../../../lib/proxy/copy/origin.ts';

const PIDS = [7];

function from(remoteAddress: string, remotePort: number, localAddress = '127.0.0.1'): Origin {
  return new Origin({ remoteAddress, remotePort, localAddress, localPort: 80 });
}

/** Searches that end when they are told to. */
class Searches {
  nowMs = 1000;
  readonly batches: (readonly number[])[] = [];
  readonly origins: Origins;
  private end: ((owned: readonly (boolean | null)[]) => void) | null = null;

  constructor() {
    const search: OwnerSearch = (connections) => {
      this.batches.push(connections.map(({ peerPort }) => peerPort));
      return new Promise((resolve) => {
        this.end = resolve;
      });
    };
    this.origins = new Origins(() => this.nowMs, search);
  }

  async finish(...owned: (boolean | null)[]): Promise<void> {
    this.end?.(owned);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  }

  /** The state of a connection asked for and looked up alone. */
  async stateOf(origin: Origin, owned: boolean | null): Promise<string> {
    this.nowMs += 1000;
    this.origins.ask(origin, PIDS);
    await this.finish(owned);
    return origin.state;
  }
}

describe('The origin of a connection', () => {
  it('is only looked up for clients on this host', () => {
    expect(from('10.0.0.9', 5000, '10.0.0.1').state).to.equal('elsewhere');
    for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) {
      expect(from(address, 5000).state).to.equal('unknown');
    }
    expect(from('10.0.0.1', 5000, '10.0.0.1').state).to.equal('unknown');
    const searches = new Searches();
    searches.origins.ask(from('127.0.0.1', 5000), []);
    searches.origins.ask(from('10.0.0.9', 5000, '10.0.0.1'), PIDS);
    expect(searches.batches).to.deep.equal([]);
  });

  it('is found once for all requests of a connection', async () => {
    const searches = new Searches();
    const [servlet, user] = [from('127.0.0.1', 1), from('127.0.0.1', 2)];
    expect(await searches.stateOf(servlet, true)).to.equal('servlet');
    expect(await searches.stateOf(user, false)).to.equal('elsewhere');
    searches.origins.ask(servlet, PIDS);
    searches.origins.ask(user, PIDS);
    expect(searches.batches).to.deep.equal([[1], [2]]);
  });

  it('keeps what waits for it until it is known, and looks several up at once', async () => {
    const searches = new Searches();
    const found: string[] = [];
    const all = [1, 2, 3].map((port) => from('127.0.0.1', port));
    for (const origin of all) {
      searches.origins.ask(origin, PIDS);
      origin.wait(() => found.push(`${origin.connection.peerPort} ${origin.state}`));
    }
    searches.nowMs += 1000;
    expect(found).to.deep.equal([]);
    await searches.finish(false);
    expect(found).to.deep.equal(['1 elsewhere']);
    searches.nowMs += 100_000;
    while (searches.batches.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    await searches.finish(true, null);
    expect(searches.batches).to.deep.equal([[1], [2, 3]]);
    expect(found).to.deep.equal(['1 elsewhere', '2 servlet', '3 doubtful']);
  });

  it('is doubtful where the connection was too short, until it is clear that servlets do not call', async () => {
    const searches = new Searches();
    for (let port = 1; port <= 20; port++) {
      expect(await searches.stateOf(from('127.0.0.1', port), null)).to.equal('doubtful');
    }
    expect(await searches.stateOf(from('127.0.0.1', 21), null)).to.equal('unknown');
    await searches.stateOf(from('127.0.0.1', 22), true);
    expect(await searches.stateOf(from('127.0.0.1', 23), null)).to.equal('doubtful');
    searches.nowMs += 60_000;
    expect(await searches.stateOf(from('127.0.0.1', 24), null)).to.equal('unknown');
  });

  it('is looked up again with the next request where it could not be told', async () => {
    const searches = new Searches();
    const origin = from('127.0.0.1', 1);
    expect(await searches.stateOf(origin, null)).to.equal('doubtful');
    expect(await searches.stateOf(origin, false)).to.equal('elsewhere');
  });

  it('is doubtful when looking it up fails', async () => {
    const origins = new Origins(
      () => 0,
      () => Promise.reject(new Error('no /proc')),
    );
    const origin = from('127.0.0.1', 1);
    origins.ask(origin, PIDS);
    await new Promise<void>((resolve) => origin.wait(resolve));
    expect(origin.state).to.equal('doubtful');
  });
});
