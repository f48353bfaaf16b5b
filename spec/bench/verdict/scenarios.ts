import type { Twist } from './twist.ts';

/** `within`: inside what is allowed, so that either verdict can be defended. */
export type ScenarioLabel = 'good' | 'bad' | 'within';

/** How one endpoint deviates; failure rates of either side. */
export interface EndpointFault {
  readonly running?: number;
  readonly testing?: number;
  /** Status of testing's failures; 500 when absent. */
  readonly status?: number;
}

/** An ERROR that is logged again and again, with the texts of both processes; null: that side has it not. */
export interface LoggedError {
  readonly perMinute: number;
  readonly testing: string | null;
  readonly running: string | null;
  /** Minutes for which running was watched before the test. */
  readonly watchedMinutes: number;
}

/** One kind of new version under one kind of traffic. Rates are shares of requests. */
export interface Scenario {
  readonly name: string;
  readonly label: ScenarioLabel;
  /** Failure rate of both sides by themselves, and of either when they differ. */
  readonly failures?: number;
  readonly runningFailures?: number;
  readonly testingFailures?: number;
  /** Additional failures of testing, from this request on. */
  readonly extraFailures?: number;
  readonly fromRequest?: number;
  /** Both fail together. */
  readonly sharedFailures?: number;
  readonly endpoints?: Readonly<Record<number, EndpointFault>>;
  readonly refusesConnections?: boolean;
  /** Rank of an endpoint where running denies a tenth (401) and testing lets all in. */
  readonly letsInAt?: number;
  /** Testing is down once for 2 s. */
  readonly blip?: boolean;
  /** Each side is down for `lengthSeconds`, on average every `everySeconds`. */
  readonly hiccups?: { readonly everySeconds: number; readonly lengthSeconds: number };
  readonly slowdown?: number;
  /** Rank of an endpoint that is three times slower. */
  readonly slowEndpoint?: number;
  readonly coldRequests?: number;
  readonly slowingOver?: number;
  /** Share of testing's responses that take a second longer. */
  readonly slowTail?: number;
  readonly testingLogErrors?: number;
  /** Mean seconds between bursts of 30 ERROR lines. */
  readonly testingBursts?: number;
  readonly runningBursts?: number;
  readonly startupErrors?: number;
  readonly loggedErrors?: readonly LoggedError[];
  /** By rank: chance that two responses of one version differ. */
  readonly noise?: Readonly<Record<number, number>>;
  /** Ranks whose bodies changed for good. */
  readonly changedBodies?: readonly number[];
  /** A field in the responses of these ranks, or of all. */
  readonly field?: {
    readonly ranks?: readonly number[];
    readonly path: string;
    readonly running: string;
    readonly testing: string;
    /** Chance that testing's value is another one, and that running's second is. */
    readonly changed: number;
    readonly noise: number;
  };
  /** For what these fields cannot express: changes each request before the judges see it. */
  readonly twist?: Twist;
}

const usual = 0.001;
const alwaysNoisy = { 1: 1, 4: 1, 7: 1, 12: 1, 20: 1 };
const oftenNoisy = {
  1: 0.3,
  2: 0.3,
  3: 0.3,
  5: 0.3,
  8: 0.3,
  13: 0.3,
  17: 0.3,
  20: 0.3,
  30: 0.3,
  40: 0.3,
};
const flaky = { running: 0.2, testing: 0.2 };

export function good(name: string, what: Omit<Scenario, 'name' | 'label'>): Scenario {
  return { name, label: 'good', failures: usual, ...what };
}

export function bad(name: string, what: Omit<Scenario, 'name' | 'label'>): Scenario {
  return { name, label: 'bad', failures: usual, ...what };
}

export function within(name: string, what: Omit<Scenario, 'name' | 'label'>): Scenario {
  return { name, label: 'within', failures: usual, ...what };
}

export const scenarios: readonly Scenario[] = [
  good('same, no failures', { failures: 0 }),
  good('same, 0.1 % failures', {}),
  good('same, 1 % failures', { failures: 0.01 }),
  good('same, 5 % failures', { failures: 0.05 }),
  good('same, shared outages 5 %', { sharedFailures: 0.05 }),
  good('same, 3 endpoints fail 20 %', { endpoints: { 3: flaky, 10: flaky, 25: flaky } }),
  good('same, log bursts on both', { testingBursts: 60, runningBursts: 60 }),
  good('same, 5 bodies always differ', { noise: alwaysNoisy }),
  good('same, 10 bodies differ 30 %', { noise: oftenNoisy }),
  good('cold start, 150 requests 5 x slow', { coldRequests: 150 }),
  good('one blip of 2 s', { blip: true }),
  good('hiccups, 3 s every 10 min each', { hiccups: { everySeconds: 600, lengthSeconds: 3 } }),
  good('latency +10 %', { slowdown: 1.1 }),
  good('fixes 2 % failures', { runningFailures: 0.02, testingFailures: 0 }),
  within('+0.1 % failures', { extraFailures: 0.001 }),
  bad('+0.5 % failures (the margin)', { extraFailures: 0.005 }),
  bad('+1 % failures', { extraFailures: 0.01 }),
  bad('+5 % failures', { extraFailures: 0.05 }),
  bad('all fail', { extraFailures: 1 }),
  within('+0.5 % on 1 % failures', { failures: 0.01, extraFailures: 0.005 }),
  bad('+1 % on 1 % failures', { failures: 0.01, extraFailures: 0.01 }),
  bad('+5 % on 1 % failures', { failures: 0.01, extraFailures: 0.05 }),
  bad('refuses connections', { refusesConnections: true }),
  bad('endpoint 5 always 500', { endpoints: { 5: { testing: 1 } } }),
  bad('endpoint 20 always 500', { endpoints: { 20: { testing: 1 } } }),
  bad('endpoint 50 always 500', { endpoints: { 50: { testing: 1 } } }),
  bad('endpoint 5 always 404', { endpoints: { 5: { testing: 1, status: 404 } } }),
  bad('endpoint 20 always 404', { endpoints: { 20: { testing: 1, status: 404 } } }),
  bad('endpoint 50 always 404', { endpoints: { 50: { testing: 1, status: 404 } } }),
  bad('endpoint 20 fails 30 %', { endpoints: { 20: { testing: 0.3 } } }),
  bad('endpoint 10 lets 401 in', { letsInAt: 10 }),
  bad('fixes 2 %, endpoint 20 always 500', {
    runningFailures: 0.02,
    testingFailures: 0,
    endpoints: { 20: { testing: 1, running: 0 } },
  }),
  bad('latency +50 %', { slowdown: 1.5 }),
  bad('latency x 3', { slowdown: 3 }),
  bad('5 % of answers +1 s', { slowTail: 0.05 }),
  bad('endpoint 5 x 3 slower', { slowEndpoint: 5 }),
  bad('logs ERROR on 5 % of requests', { testingLogErrors: 0.05 }),
  bad('logs 30 ERRORs every 30 s', { testingBursts: 30 }),
  within('3 ERRORs at the start', { startupErrors: 3 }),
  bad('body of endpoint 5 changed', { changedBodies: [5] }),
  bad('body of endpoint 5 changed, noise', { changedBodies: [5], noise: oftenNoisy }),
  bad('leak: from request 300, 20 % fail', { extraFailures: 0.2, fromRequest: 300 }),
  bad('leak: from request 800, 20 % fail', { extraFailures: 0.2, fromRequest: 800 }),
  bad('leak: from request 800, all fail', { extraFailures: 1, fromRequest: 800 }),
  bad('leak: x 3 slower over 2000', { slowingOver: 2000 }),
];
