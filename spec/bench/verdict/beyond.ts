import { errorTextScenarios } from './error-texts.ts';
import { ownStateScenarios } from './own-state.ts';
import type { Random } from './random.ts';
import { bad, good, type Scenario } from './scenarios.ts';
import type { Draft, Twist } from './twist.ts';

type Side = 'running' | 'testing';
const SIDES: readonly Side[] = ['running', 'testing'];

/**
 * What the scenarios of the main table leave out: failures that come in clusters, versions that start
 * slowly, clients that leave, repeat or dominate, and callers denied for reasons that pass.
 */
export const beyondScenarios: readonly Scenario[] = [
  good('load x 4 for 5 min, slower and 2 % fail', { twist: busyHours }),
  good('clients leave slow answers in bursts', { failures: 0.01, twist: impatience }),
  good('shared dependency down 10 s in 200 s', { twist: sharedDependency }),
  good('pauses of 1.5 s a minute, some time out', { twist: pauses }),
  good('one endpoint with two speeds', { twist: twoSpeeds }),
  good('warms up over 3 min, at first 5 x slow', { twist: warmingUp(60) }),
  good('warms up over 10 min, at first 5 x slow', { twist: warmingUp(200) }),
  good('cold cache, a miss is 6 x slow', { twist: coldCache }),
  good('one client dominates, wrong 20 s at a time', { twist: dominated }),
  good('retries of what fails, 1 % on both', { failures: 0.01, twist: retried(3) }),
  good('refusals flicker on both, 5 % of endpoint 10', { twist: flickeringAccess }),
  good('log-in seen late, 1 % of endpoint 10', { twist: lateLogin }),
  good("measuring place noisier than the users' path", { twist: noisyPlace }),
  good('caches warmed by running', { twist: warmedCaches }),
  bad('caches warmed by running, x 1.5 slower', { slowdown: 1.5, twist: warmedCaches }),
  good('deletes after gets, 0.5 %', { twist: deletes(0.005) }),
  good('deletes after gets, 5 % of endpoint 5', { twist: deletes(0.05, 5) }),
  good('link that works once, endpoint 20', { twist: deletes(1, 20) }),
  bad('deletes after gets, endpoint 20 always 404', {
    endpoints: { 20: { testing: 1, status: 404 } },
    twist: deletes(0.005),
  }),
  bad('retries of what fails, +1 % on 1 %', {
    failures: 0.01,
    extraFailures: 0.01,
    twist: retried(3),
  }),
  bad('endpoint 10 lets half of the 401 in', { twist: letsHalfIn }),
  bad('leak: from request 500 to all in 2000', { twist: leaking(500, 2000) }),
  bad('fails for 5 s of each minute', { twist: failingSpells }),
  bad('one client of endpoint 5 fails always', { twist: oneClientFails }),
  bad('leak: from request 3000, 20 % fail', { extraFailures: 0.2, fromRequest: 3000 }),
  bad('value of endpoint 5 became 0', { field: price([5], 1, 0) }),
  bad('value of endpoint 20 became 0', { field: price([20], 1, 0) }),
  bad('value changed in 90 % everywhere', { field: price(undefined, 0.9, 0.01) }),
  bad('value became 0 from request 500 on', { field: price([1], 1, 0), fromRequest: 500 }),
  good('values differ by themselves, 30 %', { field: price(undefined, 0, 0.3) }),
  good('values always differ by themselves', { field: price(undefined, 0, 1) }),
  good('value changed in 5 %', { field: price(undefined, 0.05, 0) }),
  good('version in all responses', {
    field: { path: '$.version', running: '"1.4.2"', testing: '"1.5.0"', changed: 1, noise: 0 },
  }),
  ...ownStateScenarios,
  ...errorTextScenarios,
];

// Private

function price(ranks: readonly number[] | undefined, changed: number, noise: number) {
  const values = {
    path: '$.price',
    running: '42',
    testing: changed === 1 ? '0' : '41',
    changed,
    noise,
  };
  return ranks === undefined ? values : { ranks, ...values };
}

function fail(draft: Draft, side: Side, status = 503): void {
  draft[side].status = status;
}

/** It fails in the same way when it is asked again. */
function failTwice(draft: Draft, side: Side, status: number): void {
  for (const one of [draft, draft.again]) one[side].status = status;
}

/** Times at which something is down: on average `upSeconds` apart, `downSeconds` long. */
function outages(random: Random, upSeconds: number, downSeconds: number) {
  let from = random.exponential(upSeconds);
  return (atSeconds: number): boolean => {
    while (atSeconds >= from + downSeconds) from += downSeconds + random.exponential(upSeconds);
    return atSeconds >= from;
  };
}

/** From 100 s to 400 s both are twice as slow, and each fails by itself in 2 % of the requests. */
function busyHours(random: Random) {
  return (draft: Draft): void => {
    if (draft.atSeconds < 100 || draft.atSeconds > 400) return;
    for (const side of SIDES) {
      draft[side].ms *= 2 + 2 * random.uniform();
      draft.again[side].ms *= 2 + 2 * random.uniform();
      if (random.chance(0.02)) fail(draft, side);
    }
  };
}

/** For 30 s in 2 min clients leave responses that take running over 60 ms or fail there. */
function impatience(): (draft: Draft) => void {
  return (draft) => {
    if (draft.atSeconds % 120 > 30) return;
    draft.left = draft.running.ms > 60 || draft.running.status >= 500;
  };
}

/** While it is down, each side fails in half of the requests. */
function sharedDependency(random: Random) {
  const isDown = outages(random, 200, 10);
  return (draft: Draft): void => {
    if (!isDown(draft.atSeconds)) return;
    for (const side of SIDES) if (random.chance(0.5)) fail(draft, side);
  };
}

/** Garbage collection on either side, at times of its own: waiting, and a fifth times out. */
function pauses(random: Random) {
  const isPaused = { running: outages(random, 60, 1.5), testing: outages(random, 60, 1.5) };
  return (draft: Draft): void => {
    for (const side of SIDES) {
      if (!isPaused[side](draft.atSeconds)) continue;
      draft[side].ms += 1500 * random.uniform();
      draft.again[side].ms += 1500 * random.uniform();
      if (random.chance(0.2)) fail(draft, side, 504);
    }
  };
}

/** The most popular endpoint takes ten times as long in a third of its responses. */
function twoSpeeds(random: Random) {
  return (draft: Draft): void => {
    if (draft.rank !== 1) return;
    for (const side of SIDES) {
      for (const one of [draft, draft.again]) if (random.chance(1 / 3)) one[side].ms *= 10;
    }
  };
}

/** Code is compiled while it runs; `seconds` is the time constant. */
function warmingUp(seconds: number): Twist {
  return () => (draft) => {
    const factor = 1 + 4 * Math.exp(-draft.atSeconds / seconds);
    for (const one of [draft, draft.again]) one.testing.ms *= factor;
  };
}

/** Running's cache is full; testing's fills up over the first thousand requests, and is asked twice. */
function coldCache(random: Random) {
  return (draft: Draft): void => {
    if (random.chance(Math.exp(-draft.index / 400))) draft.testing.ms *= 6;
  };
}

/** The mirror's thread takes times later than they are: all of its times, not those of users. */
function noisyPlace(random: Random) {
  return (draft: Draft): void => {
    draft.testing.ms += 2 + random.exponential(6);
    for (const side of SIDES) draft.again[side].ms += 2 + random.exponential(6);
  };
}

/** Running's first response fills a cache that both share, so that all that come later are quick. */
function warmedCaches(random: Random) {
  return (draft: Draft): void => {
    if (random.chance(0.8)) draft.running.ms *= 4;
  };
}

/** What a user gets is gone before testing is asked for it. */
function deletes(share: number, rank?: number): Twist {
  return (random) => (draft) => {
    if ((rank !== undefined && draft.rank !== rank) || !random.chance(share)) return;
    draft.testing.status = 404;
    for (const side of SIDES) draft.again[side].status = 404;
  };
}

/** Three quarters of the traffic is one request, and either side keeps a wrong response for 20 s. */
function dominated(random: Random) {
  const isWrong = { running: outages(random, 900, 20), testing: outages(random, 900, 20) };
  return (draft: Draft): void => {
    if (draft.rank > 8) return;
    for (const side of SIDES) {
      if (isWrong[side](draft.atSeconds)) failTwice(draft, side, 404);
    }
  };
}

/** A client that gets a failure retries at once, and running fails again. */
function retried(times: number): Twist {
  return () => (draft) => {
    if (draft.running.status >= 500) draft.repeats = times;
  };
}

/** The access check fails now and then: the caller is denied, on either side. */
function flickeringAccess(random: Random) {
  return (draft: Draft): void => {
    if (draft.rank !== 10) return;
    for (const one of [draft, draft.again]) {
      for (const side of SIDES) if (random.chance(0.05)) one[side].status = 401;
    }
  };
}

/** Denied an instant before the log-in took effect, let in when asked again. */
function lateLogin(random: Random) {
  return (draft: Draft): void => {
    if (draft.rank === 10 && random.chance(0.01)) draft.running.status = 401;
  };
}

function letsHalfIn(random: Random) {
  return (draft: Draft): void => {
    if (draft.rank !== 10 || !random.chance(0.1)) return;
    for (const one of [draft, draft.again]) {
      one.running.status = 401;
      if (random.chance(0.5)) one.testing.status = 401;
    }
  };
}

/** Memory that runs out: nothing at first, everything in the end. */
function leaking(from: number, to: number): Twist {
  return (random) => (draft) => {
    const share = (draft.index - from) / (to - from);
    if (random.chance(share)) fail(draft, 'testing');
  };
}

function failingSpells(random: Random) {
  const isDown = outages(random, 55, 5);
  return (draft: Draft): void => {
    if (isDown(draft.atSeconds)) fail(draft, 'testing');
  };
}

/** A tenth of the endpoint's requests come from a client whose data testing cannot read. */
function oneClientFails(random: Random) {
  return (draft: Draft): void => {
    if (draft.rank === 5 && random.chance(0.1)) fail(draft, 'testing', 500);
  };
}
