import type { Exchange } from '../../model/exchange.ts';
import type { FlatHeaders } from '../../model/headers.ts';
import { cookieOf, credentialsOf } from './credentials.ts';

/** The same request from somebody whom running does not know: without the credentials of these kinds. */
export function asStranger(exchange: Exchange, kinds: ReadonlySet<string>): Exchange {
  return { ...exchange, headers: withoutCredentials(exchange.headers, kinds) };
}

export function withoutCredentials(headers: FlatHeaders, kinds: ReadonlySet<string>): FlatHeaders {
  const kept: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const value = headers[index + 1] ?? '';
    if (name.toLowerCase() !== 'cookie') {
      const [found] = credentialsOf([name, value]);
      if (found === undefined || !kinds.has(found.kind)) kept.push(name, value);
      continue;
    }
    const cookies = value.split(';').filter((pair) => {
      const [found] = credentialsOf(['cookie', pair]);
      return cookieOf(pair).name !== '' && (found === undefined || !kinds.has(found.kind));
    });
    if (cookies.length > 0) kept.push(name, cookies.join(';').trim());
  }
  return kept;
}
