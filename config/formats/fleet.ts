import type { Wave } from '../../lib/model/promotion/wave.ts';
import { share } from './amounts.ts';
import { type Format, FormatError, textOf } from './format.ts';
import { listOf } from './lists.ts';

const WAVES_MAX = 20;
const HOSTS_MAX = 1000;
const ENDPOINTS_MAX = 9;
const NAME = /^[\w.-]{1,200}$/;

const wave: Format<Wave> = {
  name: 'wave',
  example: '25%',
  parse(raw) {
    const text = textOf(raw);
    if (!/^\d{1,9}$/.test(text)) {
      const parsed = share.parse(text);
      if (parsed === 0) throw new FormatError('has no hosts');
      return { share: parsed };
    }
    const hosts = Number(text);
    if (hosts < 1 || hosts > HOSTS_MAX) throw new FormatError(`is not 1 to ${HOSTS_MAX} hosts`);
    return { hosts };
  },
  holds: isWave,
};
const waves = listOf(wave);

/** Growing numbers or shares of hosts, all of them at the end: `1, 25%, 100%`. */
export const fleetWaves: Format<readonly Wave[]> = {
  name: 'waves',
  example: '1, 25%, 100%; 100%',
  parse(raw) {
    const parsed = waves.parse(raw);
    if (parsed.length > WAVES_MAX) throw new FormatError(`has more than ${WAVES_MAX} waves`);
    const last = parsed.at(-1);
    if (last === undefined || !('share' in last) || last.share !== 1) {
      throw new FormatError('does not end with 100%, so that some hosts would never go');
    }
    if (!parsed.every((one, at) => at === 0 || isMore(one, parsed[at - 1]))) {
      throw new FormatError('has a wave with no more hosts than the one before it');
    }
    return parsed;
  },
  holds: (value) => Array.isArray(value) && value.every(isWave),
};

/** `http://host:2379`, or `https`: an address of a service without a path. */
const endpoint: Format<string> = {
  name: 'endpoint',
  example: 'http://10.0.0.1:2379',
  parse(raw) {
    const text = textOf(raw);
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') {
      throw new FormatError('is not an endpoint. Write it like http://10.0.0.1:2379');
    }
    if (url.username !== '' || url.password !== '') {
      throw new FormatError('has a user in it, who belongs into fleet.user and fleet.password');
    }
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
      throw new FormatError('has a path: only scheme, host and port are needed');
    }
    return url.origin;
  },
  holds: (value) => typeof value === 'string',
};
const endpoints = listOf(endpoint);

/** The members of one etcd cluster. */
export const fleetEndpoints: Format<readonly string[]> = {
  name: 'list of endpoints',
  example: 'http://10.0.0.1:2379, http://10.0.0.2:2379; none',
  parse(raw) {
    const parsed = endpoints.parse(raw);
    if (parsed.length <= ENDPOINTS_MAX) return parsed;
    throw new FormatError(`has more than ${ENDPOINTS_MAX} endpoints`);
  },
  holds: (value) => endpoints.holds(value),
};

/** The name of a fleet or of a host in it, a part of a key; empty for the usual one. */
export const fleetName: Format<string> = {
  name: 'name',
  example: 'shop-3.example.org',
  takesEmpty: true,
  parse(raw) {
    const text = textOf(raw);
    if (text === '' || NAME.test(text)) return text;
    throw new FormatError('is not a name of at most 200 letters, digits and . _ -');
  },
  holds: (value) => typeof value === 'string',
};

// Private

/** A number and a share cannot be compared without a fleet. */
function isMore(one: Wave, before: Wave | undefined): boolean {
  if (before === undefined) return true;
  if ('hosts' in one) return !('hosts' in before) || one.hosts > before.hosts;
  return !('share' in before) || one.share > before.share;
}

function isWave(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('hosts' in value || 'share' in value);
}
