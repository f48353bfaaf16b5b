import { isLoopback, splitAddress } from '../../config/formats.ts';
import type { Settings } from '../../config/settings.ts';

/** Where others may ask this host; empty where only this host may. */
export function addressOf({ listen, cert }: Pick<Settings['admin'], 'listen' | 'cert'>): string {
  const place = listen === null ? null : splitAddress(listen);
  if (place === null || isLoopback(place.host)) return '';
  return `${cert === '' ? 'http' : 'https'}://${listen}`;
}
