import { isIP, isIPv4 } from 'node:net';
import { type Format, FormatError, textOf } from './format.ts';

const MAX_PORT = 65_535;
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*\.?$/i;
/** Named ranges of addresses, as in proxy-addr. */
const NAMED_RANGES = ['loopback', 'linklocal', 'uniquelocal'];

/** First and last port, both included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** A TCP port. 0 is invalid: nobody would know where to connect. */
export const port: Format<number> = {
  name: 'port',
  example: '8080',
  parse(raw) {
    const text = textOf(raw);
    const number = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (!isPort(number)) throw new FormatError('is not a port. Ports are 1 to 65535');
    return number;
  },
  holds: isPort,
};

/** `from-to`, both included, without spaces. */
export const portRange: Format<PortRange> = {
  name: 'port range',
  example: '9400-9500',
  parse(raw) {
    const text = textOf(raw);
    const match = /^(\d{1,6})(\s*)-(\s*)(\d{1,6})$/.exec(text);
    if (match === null) throw new FormatError('is not a range. Write it like 9400-9500');
    const [from, to] = [Number(match[1]), Number(match[4])];
    if (match[2] !== '' || match[3] !== '') {
      throw new FormatError('is not a range, write it without spaces', `${from}-${to}`);
    }
    if (!isPort(from) || !isPort(to)) throw new FormatError('is not a range of ports 1 to 65535');
    if (from > to) throw new FormatError('ends before it begins', `${to}-${from}`);
    return { from, to };
  },
  holds: (value) => Object.values(value ?? {}).filter(isPort).length === 2,
};

/** A host name, an IPv4 or an IPv6 address. */
export const host: Format<string> = {
  name: 'host',
  example: '0.0.0.0, ::, localhost',
  parse(raw) {
    const text = textOf(raw);
    if (!isHost(text)) throw new FormatError('is not a host name or an IP address');
    return text;
  },
  holds: (value) => typeof value === 'string',
};

/** `host:port`, an IPv6 host in brackets; `none` for none. */
export const listenAddress: Format<string | null> = {
  name: 'address',
  example: '127.0.0.1:9600, [::1]:9600',
  parse(raw) {
    const text = textOf(raw);
    if (text.toLowerCase() === 'none') return null;
    const split = splitAddress(text);
    if (split === null) {
      const suggestion = isPort(Number(text)) ? `127.0.0.1:${text}` : undefined;
      throw new FormatError('is not host:port', suggestion);
    }
    if (!isHost(split.host)) throw new FormatError('has no valid host before the port');
    if (!isPort(split.port)) throw new FormatError('has no valid port. Ports are 1 to 65535');
    return text;
  },
  holds: (value) => value === null || typeof value === 'string',
};

/** An address, a block of addresses (`10.0.0.0/8`) or one of the named ranges. */
export const addressBlock: Format<string> = {
  name: 'address block',
  example: `10.0.0.0/8, fd00::/8, ${NAMED_RANGES.join(', ')}`,
  parse(raw) {
    const text = textOf(raw);
    if (NAMED_RANGES.includes(text)) return text;
    const match = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text);
    const address = match?.[1] ?? '';
    if (isIP(address) === 0) {
      throw new FormatError(`is not an IP address, a block or one of ${NAMED_RANGES.join(', ')}`);
    }
    const bits = isIPv4(address) ? 32 : 128;
    if (Number(match?.[2] ?? 0) > bits) throw new FormatError(`has more than ${bits} bits`);
    return text;
  },
  holds: (value) => typeof value === 'string',
};

/** An `http` or `https` address; empty for none. */
export const webAddress: Format<string> = {
  name: 'web address',
  example: 'https://entraos.example.org',
  takesEmpty: true,
  parse(raw) {
    const text = textOf(raw);
    if (text === '') return '';
    if (!/^https?:\/\/[^\s/]+/i.test(text) || !URL.canParse(text)) {
      throw new FormatError('is not a web address. Write it like https://host/path');
    }
    return text;
  },
  holds: (value) => typeof value === 'string',
};

/** An e-mail address, without a name. It becomes an argument of a program, so it begins with no dash. */
export const mailAddress: Format<string> = {
  name: 'e-mail address',
  example: 'ops@example.org',
  parse(raw) {
    const text = textOf(raw);
    const [, domain = ''] =
      /^[\w.+=!#$%&'*/?^`{|}~][\w.+=!#$%&'*/?^`{|}~-]{0,63}@(.+)$/.exec(text) ?? [];
    if (!HOST_NAME.test(domain)) {
      throw new FormatError(
        'is not an e-mail address. Write it like ops@example.org, without a name',
      );
    }
    return text;
  },
  holds: (value) => typeof value === 'string',
};

/** Host (without brackets) and port of a valid `host:port`, or null. */
export function splitAddress(text: string): { host: string; port: number } | null {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,6})$/.exec(text);
  if (match === null) return null;
  return { host: match[1] ?? match[2] ?? '', port: Number(match[3]) };
}

/** Whether only programs of this host can connect to what listens on `host`, a name or an address without brackets. */
export function isLoopback(host: string): boolean {
  if (isIPv4(host)) return host.startsWith('127.');
  return host === '::1' || host.toLowerCase() === 'localhost';
}

// Private

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_PORT;
}

function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  // A name like an invalid IPv4 address (999.1.1.1, 10.0.0) is a typo.
  return HOST_NAME.test(text) && !/^[\d.]+$/.test(text);
}
