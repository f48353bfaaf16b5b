import { fleetEndpoints, fleetName, fleetWaves, oneOf, path, share, text } from '../formats.ts';
import { setting, withoutDefault } from './setting.ts';

/** Several hosts that decide together. */
export const fleet = {
  fleet: {
    endpoints: setting(
      fleetEndpoints,
      'none',
      'The members of the etcd through which several hosts decide together (`docs/fleet.md`). Without it this host decides alone.',
    ),
    name: withoutDefault(
      fleetName,
      '',
      'Hosts with the same name are one fleet; default: `identifier`.',
    ),
    host: withoutDefault(
      fleetName,
      '',
      'What this host is called in the fleet, unlike every other one; default: its host name.',
    ),
    user: withoutDefault(text, '', 'The user of etcd, where it asks for one.'),
    password: withoutDefault(text, '', 'The password of `fleet.user`.', { sensitive: true }),
    ca: setting(
      path,
      '',
      'The authorities that vouch for `https` endpoints, PEM; without it those that Node.js trusts. Read at the start.',
    ),
    waves: setting(
      fleetWaves,
      '1, 25%, 100%',
      'How many hosts, or which share of those that are there, may have gone to a new version in each wave. A wave begins when ' +
        'the probation of the one before is over. Many at once find a fault that only users show on many at once.',
      { reload: 'next promotion' },
    ),
    quorum: setting(
      share,
      '50%',
      'The share of the known hosts that must be there with the same file before a wave begins.',
      { min: '1%', reload: 'at once' },
    ),
    on_rollback: setting(
      oneOf(['all', 'stay']),
      'all',
      'What hosts do that have gone to a version that another host goes back from: go back, too, or stay.',
      { reload: 'at once' },
    ),
  },
};
