import type { SchemaSettings } from '../schema.ts';
import { type Finding, problemIf, warningIf } from './finding.ts';

/** What a fleet needs, and what is of no use without one. */
export function fleetRules({ fleet }: SchemaSettings): Finding[] {
  const { endpoints, name, host, user, password, ca } = fleet;
  const isOn = endpoints.length > 0;
  const schemes = new Set(endpoints.map((one) => one.slice(0, one.indexOf(':'))));
  const texts = Object.entries({ name, host, user, password, ca });
  const unused = texts.flatMap(([key, value]) => (value === '' || isOn ? [] : [key]));
  return [
    ...unused.flatMap((key) =>
      warningIf(true, `fleet.${key}`, 'has no effect without fleet.endpoints'),
    ),
    ...problemIf(
      schemes.size > 1,
      'fleet.endpoints',
      'has both http and https: what is secret would go in the clear to some',
    ),
    ...problemIf(
      isOn && user === '' && password !== '',
      'fleet.password',
      'needs fleet.user, whose password it is',
    ),
    ...warningIf(
      isOn && ca !== '' && !schemes.has('https'),
      'fleet.ca',
      'has no effect on http endpoints',
    ),
  ];
}
