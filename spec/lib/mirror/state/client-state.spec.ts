import { expect } from 'chai';
import { ClientState, type StatePair } from '../../../../lib/mirror/state/client-state.ts';
import { noteOf } from '../../../../lib/mirror/state/note.ts';
import type { ShadowResponse } from '../../../../lib/mirror/request/requester.ts';
import type { StateRule } from '../../../../lib/model/traffic-rules.ts';
import { exchangeOf, REFUSED } from '../../../support/mirror-kit.ts';

const SESSION = 'sid=0123456789abcdef';
const ENDPOINT = 'GET /account';
const NO_DIFFERENCES = { differences: [] };
const nowhere = () => new Set<string>();

function responded(status: number, headers: string[] = []): ShadowResponse {
  return { ...REFUSED, status, failure: null, headers };
}

/** A test in which running handed out one session, by a request that is not copied. */
function begun(rules: readonly StateRule[] = []): ClientState {
  const state = new ClientState(rules, () => 0.5);
  const response = {
    status: 200,
    responseHeaders: ['Set-Cookie', `${SESSION}; Path=/`],
    responseBody: null,
  };
  const note = noteOf({
    method: 'POST',
    path: '/login',
    headers: [],
    ...response,
    isCopied: false,
  });
  if (note !== null) state.note({ ...note, endpoint: 'POST /login' });
  return state;
}

function pairOf(
  state: ClientState,
  running: number,
  testing: number,
  stranger: number | null = 401,
): StatePair {
  const exchange = exchangeOf({ path: '/account', status: running, headers: ['Cookie', SESSION] });
  return {
    exchange,
    endpoint: ENDPOINT,
    testing: responded(testing),
    stranger: stranger === null ? null : responded(stranger),
    carried: state.carriedBy(exchange),
  };
}

function learned(state: ClientState, pairs: number, testing: number): ClientState {
  for (let index = 0; index < pairs; index++) {
    state.learn(pairOf(state, 200, testing), NO_DIFFERENCES, nowhere);
  }
  return state;
}

describe('What testing knows of the clients of running', () => {
  it('is open at first: the pairs wait, whatever testing responds', () => {
    const state = begun();
    for (const testing of [200, 401, 404]) {
      expect(state.setAside(pairOf(state, 200, testing))).to.deep.equal({
        setAside: 'unlearned',
        ownState: null,
      });
    }
  });

  it('is nothing where it refuses all sessions: they are set aside, also when it happens to agree', () => {
    const state = learned(begun(), 3, 401);
    const ownState = { what: 'cookie `sid`', by: 'POST /login', isCopied: false, isByRule: false };
    for (const testing of [200, 401, 404]) {
      expect(state.setAside(pairOf(state, 200, testing))).to.deep.equal({
        setAside: 'own-session',
        ownState,
      });
    }
  });

  it('is blamed on no missing rule once such requests are copied, as after a retest with the rule', () => {
    const state = learned(begun(), 3, 401);
    const told = () => state.setAside(pairOf(state, 200, 401))?.ownState;
    expect(told()).to.include({ by: 'POST /login', isCopied: false });
    state.carriedBy(exchangeOf({ method: 'POST', path: '/login', endpoint: 'POST /login' }));
    expect(told()).to.include({ by: 'POST /login', isCopied: true });
  });

  it('is everything where it knows them: a refusal counts', () => {
    const state = learned(begun(), 3, 200);
    expect(state.setAside(pairOf(state, 200, 401))).to.equal(null);
  });

  it('never excuses a failure, and counts the failures of running as much', () => {
    const state = learned(begun(), 3, 401);
    for (const [running, testing] of [
      [200, 500],
      [500, 401],
      [500, 500],
    ] as const) {
      expect(state.setAside(pairOf(state, running, testing))).to.include({
        setAside: null,
        failuresOnly: true,
      });
    }
    const silent = { ...pairOf(state, 200, 0), testing: REFUSED };
    expect(state.setAside(silent)).to.include({ failuresOnly: true });
  });

  it('never excuses that somebody is let in whom running denies', () => {
    const state = learned(begun(), 3, 401);
    expect(state.setAside(pairOf(state, 403, 200))).to.equal(null);
    const toLogIn = (status: number) => ({
      ...pairOf(state, 403, status),
      stranger: responded(302, ['Location', '/login']),
    });
    expect(
      state.setAside({ ...toLogIn(302), testing: responded(302, ['Location', '/login']) }),
    ).to.include({
      setAside: 'own-session',
    });
    expect(state.setAside(toLogIn(200))).to.equal(null);
  });

  it('is forgotten when running starts anew: what it takes then is stored elsewhere', () => {
    const state = learned(begun(), 3, 401);
    state.forget();
    expect(state.setAside(pairOf(state, 200, 401))).to.equal(null);
  });

  it('is laid down by a rule before anything is learned', () => {
    const shared = begun([{ path: '/account', mode: 'shared' }]);
    expect(shared.setAside(pairOf(shared, 200, 401))).to.equal(null);
    const own = begun([{ path: '', mode: 'own' }]);
    const aside = own.setAside(pairOf(own, 200, 200));
    expect(aside).to.include({ setAside: 'own-session' });
    expect(aside?.ownState).to.include({ isByRule: true });
  });

  it('concerns no request without a credential, and none that running did not hand out', () => {
    const state = learned(begun(), 3, 401);
    for (const headers of [
      [],
      ['Cookie', 'sid=fedcba9876543210'],
      ['Authorization', 'Bearer from-elsewhere'],
    ]) {
      const exchange = exchangeOf({ path: '/account', headers });
      const carried = state.carriedBy(exchange);
      const pair = {
        exchange,
        endpoint: ENDPOINT,
        testing: responded(401),
        stranger: null,
        carried,
      };
      expect(state.setAside(pair)).to.equal(null);
    }
  });
});
