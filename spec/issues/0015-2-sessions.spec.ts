import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { inFolder, inMemory, type SessionStore, type StateApp } from '../support/state-app.ts';
import { type Call, inLab, type LabResult } from '../support/state-lab.ts';

const USERS = 6;
const ROUNDS = 8;

/** A user who logs in and looks around. */
async function user(call: Call, kind: StateApp['kind'], rounds = ROUNDS): Promise<void> {
  await call('GET', '/');
  const { headers, body } = await call('POST', '/login');
  const session: Record<string, string> =
    kind === 'bearer'
      ? { Authorization: `Bearer ${String(body['token'])}` }
      : { Cookie: headers.get('set-cookie')?.split(';')[0] ?? '' };
  for (let round = 0; round < rounds; round++) {
    await call('GET', '/account', session);
    await call('GET', '/orders', session);
    await call('GET', `/items/${1 + round}`);
  }
}

const users =
  (kind: StateApp['kind'], rounds?: number) =>
  async (call: Call): Promise<void> => {
    await Promise.all(Array.from({ length: USERS }, () => user(call, kind, rounds)));
  };

const textOf = ({ report }: LabResult): string => report.reasons.map(({ text }) => text).join('\n');

describe('Issue 15, 2: sessions and state in the process', function () {
  this.timeout(60_000);

  it('does not reject an application that keeps cookie sessions in memory, and says what to set', async () => {
    const app = (): StateApp => ({ kind: 'cookie', store: inMemory() });
    const result = await inLab({ running: app(), testing: app() }, users('cookie'));
    expect(result.report.decision).to.equal('collecting');
    expect(textOf(result)).to.match(
      /^[\d.]+ % of the requests carry sessions that only running knows: cookie `connect\.sid`, set by `POST \/login`, which was not copied/,
    );
    expect(textOf(result)).to.contain('To have them judged: mirror.rules="POST /login on"');
    expect(result.report.reasons[0]?.accept).to.equal('own-state');
    expect(result.outcomes.some(({ setAside }) => setAside === 'own-session')).to.equal(true);
  });

  it('promotes it once an operator accepts that its sessions are not judged', async () => {
    const app = (): StateApp => ({ kind: 'cookie', store: inMemory() });
    const drive = async (call: Call) => {
      const guest = async (): Promise<void> => {
        for (let index = 0; index < 30; index++) await call('GET', `/items/${index % 9}`);
      };
      await Promise.all(Array.from({ length: 10 }, guest));
      await users('cookie', 20)(call);
    };
    const { verdict, report } = await inLab({ running: app(), testing: app() }, drive);
    verdict.accept(['own-state']);
    const { decision, reasons, missing } = verdict.decide(Date.now() + 700_000);
    expect(decision, `${report.missing.join('; ')} ${missing.join('; ')}`).to.equal('promote');
    expect(reasons.map(({ text }) => text).join('\n')).to.contain(
      'of the requests were not judged',
    );
  });

  it('does not reject an application that keeps bearer tokens in memory', async () => {
    const app = (): StateApp => ({ kind: 'bearer', store: inMemory() });
    const result = await inLab({ running: app(), testing: app() }, users('bearer'));
    expect(result.report.decision).to.equal('collecting');
    expect(textOf(result)).to.contain('bearer token, set by `POST /login`, which was not copied');
  });

  it('knows the sessions that running handed out before the test began', async () => {
    const app = (): StateApp => ({ kind: 'bearer', store: inMemory() });
    let session = {};
    const before = async (call: Call) => {
      const { body } = await call('POST', '/login');
      session = { Authorization: `Bearer ${String(body['token'])}` };
    };
    const result = await inLab({ running: app(), testing: app(), before }, async (call) => {
      for (let round = 0; round < 40; round++) await call('GET', '/account', session);
      for (let round = 0; round < 40; round++) await call('GET', `/items/${round}`);
    });
    expect(result.report.decision).to.equal('collecting');
    expect(textOf(result)).to.contain('bearer token, set by `POST /login`');
  });

  it('judges sessions that both versions share, and rejects a version that refuses them at one place', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vili-sessions-'));
    try {
      const shared = (changes: Partial<StateApp> = {}): StateApp => ({
        kind: 'cookie',
        store: inFolder(folder),
        ...changes,
      });
      const good = await inLab({ running: shared(), testing: shared() }, users('cookie', 20));
      expect(good.report.decision, textOf(good)).to.not.equal('reject');
      expect(textOf(good)).to.not.contain('only running knows');
      const accounts = good.outcomes.filter(({ endpoint }) => endpoint === 'GET /account');
      expect(accounts.filter(({ setAside }) => setAside == null).length).to.be.greaterThan(60);

      const all = inFolder(folder);
      const forgotten = new Set<string>();
      let count = 0;
      const everySecond: SessionStore = {
        add: (id) => {
          if (count++ % 2 === 0) forgotten.add(id);
          all.add(id);
        },
        has: (id) => all.has(id),
      };
      const forgetful: SessionStore = {
        add: (id) => all.add(id),
        has: (id) => !forgotten.has(id) && all.has(id),
      };
      const bad = await inLab(
        { running: shared({ store: everySecond }), testing: shared({ store: forgetful }) },
        users('cookie', 20),
      );
      expect(bad.report.decision, textOf(bad)).to.equal('reject');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('counts sessions that outlived a start of running: they prove that others know them too', async () => {
    const ids = ['a1b2c3d4e5f60718', 'b1b2c3d4e5f60718'];
    const known: SessionStore = { add: () => undefined, has: (id) => ids.includes(id) };
    const result = await inLab(
      { running: { kind: 'cookie', store: known }, testing: { kind: 'cookie', store: inMemory() } },
      async (call) => {
        for (let round = 0; round < 60; round++) {
          await call('GET', '/account', { Cookie: `connect.sid=${ids[round % 2] ?? ''}` });
        }
      },
    );
    expect(result.report.decision, textOf(result)).to.equal('reject');
  });

  it('sees a version that lets in whom running refuses, though sessions are its own', async () => {
    const app = (): StateApp => ({ kind: 'cookie', store: inMemory() });
    const result = await inLab(
      { running: app(), testing: { ...app(), letsIn: true } },
      async (call) => {
        await users('cookie')(call);
        for (let round = 0; round < 20; round++) await call('GET', '/account');
      },
    );
    expect(result.report.decision, textOf(result)).to.equal('reject');
    expect(textOf(result)).to.contain('let in callers that running denied');
  });

  it('leaves out what a client reads below its own writes, which only running did', async () => {
    const app = (): StateApp => ({ kind: 'cart', store: inMemory() });
    const result = await inLab({ running: app(), testing: app() }, async (call) => {
      for (let index = 0; index < 20; index++) {
        const { headers } = await call('GET', '/');
        const session = { Cookie: headers.get('set-cookie')?.split(';')[0] ?? '' };
        await call('POST', '/cart', session);
        for (let round = 0; round < 5; round++) await call('GET', '/cart', session);
        for (let round = 0; round < 5; round++) await call('GET', `/items/${round}`, session);
      }
    });
    expect(result.report.decision, textOf(result)).to.equal('collecting');
    expect(textOf(result)).to.match(
      /read what only running was told to write: `POST \/cart`|connect\.sid/,
    );
  });

  it('leaves out what clients created at running only, whoever reads it', async () => {
    const app = (): StateApp => ({ kind: 'cookie', store: inMemory() });
    const result = await inLab({ running: app(), testing: app() }, async (call) => {
      for (let round = 0; round < 25; round++) {
        const { headers } = await call('POST', '/todos', { 'User-Agent': 'one' });
        await call('GET', headers.get('location') ?? '', { 'User-Agent': 'two' });
        await call('GET', `/items/${round}`);
      }
    });
    expect(result.report.decision, textOf(result)).to.equal('collecting');
    expect(textOf(result)).to.contain(
      'read what only running was told to write: `POST /todos`, which was not copied',
    );
    expect(textOf(result)).to.contain('mirror.rules="POST /todos on"');
  });

  it('judges what clients created where testing has it too', async () => {
    const todos = new Set<number>();
    const app = (changes: Partial<StateApp> = {}): StateApp => ({
      kind: 'cookie',
      store: inMemory(),
      todos,
      ...changes,
    });
    const drive = async (call: Call) => {
      for (let round = 0; round < 40; round++) {
        const { headers } = await call('POST', '/todos');
        await call('GET', headers.get('location') ?? '');
      }
    };
    const settings = { running: app(), testing: app({ lacksDone: true }) };
    const result = await inLab(settings, drive);
    expect(result.report.decision, textOf(result)).to.equal('reject');
    expect(textOf(result)).to.contain('$.done');
  });

  it('counts everything where an operator laid down that the state is shared', async () => {
    const app = (): StateApp => ({ kind: 'cookie', store: inMemory() });
    const state = [{ path: '', mode: 'shared' as const }];
    const result = await inLab(
      { running: app(), testing: app(), mirror: { state } },
      users('cookie'),
    );
    expect(result.report.decision).to.equal('reject');
  });

  it('holds nothing where an operator laid down that the state is its own', async () => {
    const app = (): StateApp => ({ kind: 'cookie', store: inMemory() });
    const state = [{ path: '', mode: 'own' as const }];
    const result = await inLab(
      { running: app(), testing: app(), mirror: { state } },
      users('cookie'),
    );
    expect(result.report.decision).to.not.equal('reject');
    expect(result.report.blocked).to.equal(false);
  });
});
