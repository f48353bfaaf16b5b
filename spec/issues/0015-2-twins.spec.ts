import { expect } from 'chai';
import type { MirrorRule } from '../../lib/model/traffic-rules.ts';
import { inMemory, type StateApp } from '../support/state-app.ts';
import { type Call, inLab, type LabResult } from '../support/state-lab.ts';

const USERS = 5;
const ROUNDS = 8;

const rule = (path: string): MirrorRule => ({ method: 'POST', path, on: true });
const textOf = ({ report }: LabResult): string => report.reasons.map(({ text }) => text).join('\n');
const seen = ({ outcomes }: LabResult, endpoint: string): string[] => [
  ...new Set(
    outcomes
      .filter((one) => one.endpoint === endpoint)
      .map(
        ({ running, testing, setAside = null }) =>
          `${running.status} ${testing.status} ${setAside}`,
      ),
  ),
];

async function session(call: Call, kind: StateApp['kind']): Promise<Record<string, string>> {
  const { headers, body } = await call('POST', '/login');
  if (kind === 'bearer') return { Authorization: `Bearer ${String(body['token'])}` };
  return { Cookie: headers.get('set-cookie')?.split(';')[0] ?? '' };
}

function users(
  kind: StateApp['kind'],
  visit: (call: Call, own: Record<string, string>) => Promise<unknown>,
) {
  return async (call: Call): Promise<void> => {
    const one = async (): Promise<void> => {
      const own = await session(call, kind);
      for (let round = 0; round < ROUNDS; round++) await visit(call, own);
    };
    await Promise.all(Array.from({ length: USERS }, one));
  };
}

describe('Issue 15, 2: copies carry what testing handed out', function () {
  this.timeout(60_000);
  const app = (kind: StateApp['kind'], changes: Partial<StateApp> = {}): StateApp => ({
    kind,
    store: inMemory(),
    ...changes,
  });
  const account = async (call: Call, own: Record<string, string>) => {
    await call('GET', '/account', own);
    await call('GET', '/orders', own);
  };

  for (const kind of ['cookie', 'bearer'] as const) {
    it(`judges sessions in memory once log-ins are copied: ${kind}`, async () => {
      const settings = { running: app(kind), testing: app(kind), rules: [rule('/login')] };
      const result = await inLab(settings, users(kind, account));
      expect(seen(result, 'GET /account')).to.deep.equal(['200 200 null']);
      expect(seen(result, 'GET /orders')).to.deep.equal(['200 200 null']);
      expect(result.translated).to.equal(USERS);
      expect(result.report.decision, textOf(result)).to.not.equal('reject');
    });
  }

  it('finds what is wrong behind a log-in', async () => {
    const settings = {
      running: app('cookie'),
      testing: app('cookie', { lacksOrders: true }),
      rules: [rule('/login')],
    };
    const result = await inLab(settings, users('cookie', account));
    expect(result.report.decision).to.equal('reject');
    expect(textOf(result)).to.contain('GET /account').and.contain('$.orders');
  });

  it('rejects a version that refuses log-ins, and does not excuse it by what follows', async () => {
    const settings = {
      running: app('cookie'),
      testing: app('cookie', { refusesLogIns: true }),
      rules: [rule('/login')],
    };
    const result = await inLab(settings, users('cookie', account));
    expect(seen(result, 'POST /login')).to.deep.equal(['200 401 null']);
    expect(textOf(result)).to.contain('POST /login');
    expect(result.report.decision).to.not.equal('promote');
  });

  it('still sees a version that lets in whom running refuses', async () => {
    const settings = {
      running: app('cookie'),
      testing: app('cookie', { letsIn: true }),
      rules: [rule('/login')],
    };
    const result = await inLab(settings, async (call) => {
      await users('cookie', account)(call);
      for (let round = 0; round < 20; round++) {
        await call('GET', '/account', { Cookie: 'connect.sid=0123456789abcdef' });
      }
    });
    expect(result.report.decision).to.equal('reject');
    expect(textOf(result)).to.contain('let in callers that running denied');
  });

  it('holds nothing against testing that knows sessions which running forgot when it was started anew', async () => {
    const settings = { running: app('cookie'), testing: app('cookie'), rules: [rule('/login')] };
    const result = await inLab(settings, async (call, restartRunning) => {
      const own = await session(call, 'cookie');
      await account(call, own);
      await restartRunning();
      for (let round = 0; round < 30; round++) await account(call, own);
      await users('cookie', account)(call);
    });
    expect(seen(result, 'GET /account')).to.deep.equal(['200 200 null', '401 200 own-session']);
    expect(result.report.decision, textOf(result)).to.not.equal('reject');
    const said = JSON.stringify(result.report);
    expect(said).to.contain('cookie `connect.sid`, from before running was started anew');
  });

  it('still judges sessions that running knows when it was started anew', async () => {
    const running = app('cookie');
    const result = await inLab(
      { running, testing: app('cookie', { lacksOrders: true }), rules: [rule('/login')] },
      async (call, restartRunning) => {
        const own: Record<string, string>[] = [];
        for (let user = 0; user < USERS; user++) own.push(await session(call, 'cookie'));
        await restartRunning(running.store);
        for (let round = 0; round < ROUNDS; round++) {
          await Promise.all(own.map((one) => account(call, one)));
        }
      },
    );
    expect(seen(result, 'GET /account')).to.deep.equal(['200 200 null']);
    expect(result.report.decision).to.equal('reject');
  });

  it('sends back the field of a form that testing handed out', async () => {
    const settings = {
      running: app('cookie'),
      testing: app('cookie'),
      rules: [rule('/login'), rule('/sent')],
    };
    const result = await inLab(
      settings,
      users('cookie', async (call, own) => {
        const { body } = await call('GET', '/form', own);
        const csrf = /value="([^"]*)"/.exec(String(body['text']))?.[1] ?? '';
        const sent = await call('POST', '/sent', own, `_csrf=${csrf}&text=hello`);
        expect(sent.status).to.equal(200);
      }),
    );
    expect(seen(result, 'GET /form')).to.deep.equal(['200 200 null']);
    expect(seen(result, 'POST /sent')).to.deep.equal(['200 200 null']);
    expect(result.outcomes.filter(({ differs }) => differs)).to.deep.equal([]);
  });

  it('asks for what a client created by the number that testing gave it, right after its creation', async () => {
    const settings = {
      running: app('cookie', { firstTodo: 17 }),
      testing: app('cookie', { firstTodo: 3 }),
      rules: [rule('/todos')],
    };
    const result = await inLab(settings, async (call) => {
      for (let round = 0; round < 20; round++) {
        const { headers } = await call('POST', '/todos');
        await call('GET', headers.get('location') ?? '');
      }
    });
    const read = result.outcomes.filter(({ endpoint }) => endpoint.startsWith('GET /todos'));
    expect(read.length).to.equal(20);
    expect(read.every(({ testing }) => testing.status === 200)).to.equal(true);
    expect(result.outcomes.flatMap(({ differences }) => differences)).to.deep.equal([]);
  });

  it('leaves a session out after a write that was not copied, until testing is seen to know it', async () => {
    const settings = { running: app('cart'), testing: app('cart') };
    const result = await inLab(settings, async (call) => {
      for (let index = 0; index < 15; index++) {
        const { headers } = await call('GET', '/');
        const own = { Cookie: headers.get('set-cookie')?.split(';')[0] ?? '' };
        await call('GET', '/cart', own);
        await call('POST', '/cart', own);
        for (let round = 0; round < 4; round++) await call('GET', '/cart', own);
      }
    });
    expect(result.report.decision, textOf(result)).to.equal('collecting');
    expect(
      result.outcomes.filter(({ differs, setAside = null }) => differs && setAside === null),
    ).to.deep.equal([]);
    expect(textOf(result)).to.contain('POST /cart on');
  });
});
