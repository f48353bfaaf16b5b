import { expect } from 'chai';
import { hasProgram } from '../support/certificates.ts';
import { call } from './call.ts';
import type { Outcome, Seen } from './outcome.ts';
import { forwardedBy, recall, seenOf, untilArrived, untilLeft } from './seen.ts';
import { openServedWorld, type ServedWorld } from './served-world.ts';
import type { Trap } from './trap.ts';
import { SUBJECTS } from './traps/index.ts';

/** Clients time out soon; all else is default. */
const SHORT = { request_head_timeout: '400ms', request_idle_timeout: '1200ms' };
const SCRIPTED = { module: './scripted-servlet.js', open: 'openScriptedServlet' };
const TIMED_OUT = 408;
const NO_PROXY = '192.0.2.0/24';

const PLACES = [
  { title: 'a call through Vili', secure: false, trusted: true, settings: SHORT },
  {
    title: 'a call through Vili over TLS, from a client that is not trusted',
    secure: true,
    trusted: false,
    settings: { ...SHORT, trust_proxy: NO_PROXY },
  },
];

for (const { title, secure, trusted, settings } of PLACES) {
  describe(title, function () {
    this.timeout(30_000);
    let place: ServedWorld;

    before(async function () {
      if (secure && !hasProgram('openssl')) {
        process.stdout.write('      (no openssl to make certificates with)\n');
        return this.skip();
      }
      place = await openServedWorld(SCRIPTED, secure, settings);
    });

    after(() => place?.world.end());

    for (const [subject, traps] of Object.entries(SUBJECTS)) {
      describe(`(${subject})`, () => {
        for (const trap of traps.filter((each) => !secure || isPlayedSecure(each))) {
          const { name, rejected, differs } = trap;
          if (rejected !== undefined) {
            it(`is rejected with ${rejected} and never reaches running: ${name}`, () =>
              isRejected(place, trap, rejected));
          } else {
            it(`${differs === undefined ? 'is the same as' : 'differs as intended from'} a direct one: ${name}`, () =>
              isAsDirect(place, trap, { trusted, scheme: secure ? 'https' : 'http' }));
          }
        }
      });
    }
  });
}

// Private

/** A TLS connection cannot be half-closed, and time limits are the same there. */
function isPlayedSecure({ halfCloses, rejected }: Trap): boolean {
  return !halfCloses && rejected !== TIMED_OUT;
}

async function isRejected(place: ServedWorld, trap: Trap, status: number): Promise<void> {
  const side = { port: place.port, secure: place.secure };
  const { responses, interim, connection } = await call(side, trap, () => Promise.resolve());
  expect(responses.map((response) => response.status.slice(0, 12))).to.deep.equal([
    `HTTP/1.1 ${status}`,
  ]);
  expect(responses[0]).to.include({ framing: 'length', whole: true });
  expect(interim).to.deep.equal([]);
  // The next request is read only where the end of the rejected one is known.
  expect(connection).to.be.oneOf(
    status === 417 || status === 505 ? ['closed', 'kept'] : ['closed'],
  );
  expect((await recall(place.direct, trap)).requests).to.deep.equal([]);
}

async function isAsDirect(
  { direct, port, secure }: ServedWorld,
  trap: Trap,
  origin: { trusted: boolean; scheme: string },
): Promise<void> {
  const before = await play(direct, { port: direct, secure: false }, trap);
  const after = await play(direct, { port, secure }, trap);
  const { differs } = trap;
  if (differs?.page !== undefined) expectPage(after.outcome, differs.page);
  else {
    const expected = differs?.outcome?.(before.outcome) ?? before.outcome;
    expect(after.outcome, differs?.since).to.deep.equal(expected);
  }
  const seen = differs?.seen?.(before.seen) ?? before.seen;
  const expected = seen.map((each) => ({ ...each, forwarded: forwardedBy(each, origin) }));
  expect(
    after.seen.map((each, index) => withGivenId(each, expected[index]?.forwarded.requestId)),
  ).to.deep.equal(expected);
}

function expectPage({ responses, interim, connection }: Outcome, status: number): void {
  expect(responses.map((response) => response.status.slice(0, 12))).to.deep.equal([
    `HTTP/1.1 ${status}`,
  ]);
  expect(responses[0]?.body).not.to.match(/ECONN|127\.0\.0\.1|vili|undici|node/i);
  expect(interim).to.deep.equal([]);
  expect(connection).to.equal('kept');
}

/** An id that Vili created differs each time. */
function withGivenId(seen: Seen, expected: string | null | undefined): Seen {
  const { requestId } = seen.forwarded;
  if (expected !== null) return seen;
  expect(requestId).to.match(/^[0-9a-f]{16}-[0-9a-z]+$/);
  return { ...seen, forwarded: { ...seen.forwarded, requestId: null } };
}

async function play(direct: number, side: { port: number; secure: boolean }, trap: Trap) {
  const before = await recall(direct, trap);
  const count = before.requests.length;
  const outcome = await call(side, trap, () => untilArrived(direct, trap, count + 1));
  if (trap.leaves) await untilLeft(direct, trap, before.left + 1);
  const { requests } = await recall(direct, trap);
  return { outcome, seen: requests.slice(count).map(seenOf) };
}
