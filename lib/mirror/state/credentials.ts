import { createNames } from '../../compare/mask/names.ts';
import { type FlatHeaders, headerValues, pairsOf } from '../../model/headers.ts';
import { hashOf } from './hash.ts';

/** Shorter values are settings (`lang=en`), not credentials. */
const MIN_LENGTH = 8;
const MAX_LENGTH = 8192;
/** Of one request or response. */
const MAX_CREDENTIALS = 32;
const MAX_KIND_LENGTH = 100;

/** A value with which a client shows who it is. */
export interface Credential {
  /** What people call it: ``cookie `connect.sid` ``, `bearer token`, ``header `X-Auth-Token` ``. */
  readonly kind: string;
  readonly value: string;
}

/** A credential of which only is known that it is the same one. */
export interface KnownCredential {
  readonly kind: string;
  readonly hash: number;
}

const names = createNames([], []);
const BEARER = /^(?:bearer|token|jwt|apikey|api-key)\s+(\S+)$/i;
/** In place of a credential in the kind: what is in JSON may be sent in any of several headers. */
export const TOKEN_KIND = 'token';

export function isCredentialValue(value: string): boolean {
  return value.length >= MIN_LENGTH && value.length <= MAX_LENGTH;
}

/** The name says that a credential follows. */
export function isCredentialName(name: string): boolean {
  const kind = names.kindOf(name);
  return kind === 'line' || kind === 'secret' || kind === 'unsure';
}

/** What a request carries: each cookie, the token of `Authorization`, headers named like a credential. */
export function credentialsOf(headers: FlatHeaders): readonly Credential[] {
  const found: Credential[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    if (found.length >= MAX_CREDENTIALS) break;
    const name = (headers[index] ?? '').toLowerCase();
    const value = headers[index + 1] ?? '';
    if (name === 'cookie') addCookies(found, value);
    else if (name === 'authorization') addIf(found, 'bearer token', BEARER.exec(value)?.[1] ?? '');
    else if (isHeaderOfCredential(name)) addIf(found, kindOf('header', name), value);
  }
  return found;
}

/** The values that a response sets as cookies, or hands out in a header named like a credential. */
export function handedOutOf(headers: FlatHeaders): readonly Credential[] {
  const found: Credential[] = [];
  for (const line of headerValues(headers, 'set-cookie')) {
    if (found.length >= MAX_CREDENTIALS) break;
    const { name, value } = cookieOf(line.split(';', 1)[0] ?? '');
    if (name !== '') addIf(found, kindOf('cookie', name), value);
  }
  for (const [name, value] of pairsOf(headers)) {
    const key = name.toLowerCase();
    if (key === 'authorization') addIf(found, 'bearer token', BEARER.exec(value)?.[1] ?? '');
    else if (key !== 'set-cookie' && key !== 'cookie' && isHeaderOfCredential(key)) {
      addIf(found, kindOf('header', key), value);
    }
  }
  return found;
}

export function known({ kind, value }: Credential): KnownCredential {
  return { kind, hash: hashOf(value) };
}

/** The name and value of `name=value`; a name without a value is none. */
export function cookieOf(pair: string): { readonly name: string; readonly value: string } {
  const at = pair.indexOf('=');
  if (at <= 0) return { name: '', value: '' };
  const value = pair.slice(at + 1).trim();
  const isQuoted = value.length > 1 && value.startsWith('"') && value.endsWith('"');
  return { name: pair.slice(0, at).trim(), value: isQuoted ? value.slice(1, -1) : value };
}

/** Whether a header carries the session or token of a client, and nothing else. */
export function isHeaderOfCredential(lowerName: string): boolean {
  if (
    !lowerName.startsWith('x-') &&
    !lowerName.includes('token') &&
    !lowerName.includes('session')
  ) {
    return false;
  }
  if (lowerName.startsWith('x-vili-')) return false;
  const kind = names.kindOfHeader(lowerName);
  return kind === 'line' || kind === 'secret' || kind === 'unsure';
}

// Private

function addCookies(found: Credential[], header: string): void {
  for (const pair of header.split(';')) {
    if (found.length >= MAX_CREDENTIALS) return;
    const { name, value } = cookieOf(pair);
    if (name !== '') addIf(found, kindOf('cookie', name), value);
  }
}

function addIf(found: Credential[], kind: string, value: string): void {
  if (isCredentialValue(value)) found.push({ kind, value });
}

function kindOf(what: 'cookie' | 'header', name: string): string {
  return `${what} \`${name.slice(0, MAX_KIND_LENGTH).replaceAll('`', "'")}\``;
}
