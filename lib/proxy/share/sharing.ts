import type { FlatHeaders } from '../../model/headers.ts';
import type { UserShare } from '../../model/promotion/user-share.ts';
import { positionOf, stickyValue } from '../copy/sticky.ts';
import type { UpstreamPool } from '../upstream/pool.ts';

/**
 * The place of a client between 0 and 1, the same in every request, process and step of one promotion. Shares are the
 * places below their size, hence a larger one keeps everybody who was in the smaller one.
 */
export function placeOf(
  { salt, key }: Pick<UserShare, 'salt' | 'key'>,
  headers: FlatHeaders,
  address: string,
): number {
  const value = key === null ? '' : stickyValue(headers, key);
  // So that a value can never be the address of another client.
  return positionOf(value === '' ? `${salt} address ${address}` : `${salt} value ${value}`);
}

/** Which users' requests go to the servlet of a share, and the connections to it. */
export class Sharing {
  readonly share: UserShare;
  readonly pool: UpstreamPool;

  constructor(share: UserShare, pool: UpstreamPool) {
    this.share = share;
    this.pool = pool;
  }

  /** Where requests of this client go; null: not into the share. */
  poolOf(headers: FlatHeaders, address: string): UpstreamPool | null {
    return placeOf(this.share, headers, address) < this.share.size ? this.pool : null;
  }

  /** Who the client is for the share: its address, or a mark in place of the value of its header or cookie. */
  clientOf(headers: FlatHeaders, address: string): string {
    const { key, salt } = this.share;
    const value = key === null ? '' : stickyValue(headers, key);
    return value === '' ? address : `client ${positionOf(`${salt} value ${value}`)}`;
  }
}
