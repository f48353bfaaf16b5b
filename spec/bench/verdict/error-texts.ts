import { bad, good, type LoggedError, type Scenario } from './scenarios.ts';

const WATCHED_MINUTES = 30;
const SIMILAR: readonly [testing: string, running: string] = [
  'shop.Rules | value is not allowed for unit alpha beta | shop.Rules.check (Rules.java)',
  'shop.Rules | value is not allowed for unit gamma delta | shop.Rules.check (Rules.java)',
];
/** As by a minifier that names all anew: nothing is in both. */
const OTHER: readonly [testing: string, running: string] = ['qX1 zrrk vvmt', 'Pa0 lhhd wwno'];
const NEW = 'shop.Stock | stock of item went negative | shop.Stock.take (Stock.java)';
const OLD = 'shop.Mail | mail server did not respond | shop.Mail.send (Mail.java)';

/**
 * Identical builds whose texts of one error differ by process (a set in another order, a generated
 * name), and versions with an ERROR that is really new. The identical ones fail in nothing, so that it is their
 * texts alone that could reject them.
 */
export const errorTextScenarios: readonly Scenario[] = [
  ...[0.1, 1, 10].flatMap((perMinute) => [
    good(`one error, one text, ${perMinute} a minute`, errors(perMinute, [OLD, OLD])),
    good(`texts differ by process, ${perMinute} a minute`, errors(perMinute, SIMILAR)),
    good(`texts differ, not watched before, ${perMinute} a minute`, errors(perMinute, SIMILAR, 0)),
    good(`texts have nothing in common, ${perMinute} a minute`, errors(perMinute, OTHER)),
  ]),
  good('three texts that differ, 0.1, 1 and 10', {
    failures: 0,
    loggedErrors: [0.1, 1, 10].map((perMinute) => ({
      ...logged(perMinute, SIMILAR),
      testing: `${SIMILAR[0]} ${perMinute < 1 ? 'x' : perMinute}`,
      running: `${SIMILAR[1]} ${perMinute < 1 ? 'x' : perMinute}`,
    })),
  }),
  ...[0.5, 1, 10].flatMap((perMinute) => [
    bad(`a new error, ${perMinute} a minute`, {
      loggedErrors: [{ ...logged(perMinute, [NEW, OLD]), running: null }],
    }),
    bad(`a new error beside texts that differ, ${perMinute}`, {
      loggedErrors: [
        { ...logged(perMinute, [NEW, OLD]), running: null },
        logged(1, SIMILAR),
        logged(0.1, [OLD, OLD]),
      ],
    }),
  ]),
  bad('an error of known text, 10 times as often', {
    loggedErrors: [
      { ...logged(10, SIMILAR), running: null },
      { ...logged(1, SIMILAR), testing: null },
    ],
  }),
];

// Private

function errors(
  perMinute: number,
  texts: readonly [string, string],
  watched = WATCHED_MINUTES,
): Omit<Scenario, 'name' | 'label'> {
  return { failures: 0, loggedErrors: [logged(perMinute, texts, watched)] };
}

function logged(
  perMinute: number,
  [testing, running]: readonly [string, string],
  watchedMinutes = WATCHED_MINUTES,
): LoggedError {
  return { perMinute, testing, running, watchedMinutes };
}
