import type { Settings } from '../../../config/settings.ts';
import { layoutOf } from '../../../lib/base/names/layout.ts';
import { adoptedOf } from './adopted.ts';
import { differencesOf, keptOf } from './differences.ts';
import type { Migration } from './migration-item.ts';

/** `vili check --migrate`: what becomes of a base of the Go program. Reads, and changes nothing. Throws `BaseUnreadable`. */
export async function migrationOf(settings: Settings): Promise<readonly Migration[]> {
  const layout = layoutOf(settings.base, settings.identifier);
  return [
    ...(await adoptedOf(layout, settings)),
    ...keptOf(layout, settings),
    ...differencesOf(settings),
  ].toSorted((left, right) => Number(right.kind === 'first') - Number(left.kind === 'first'));
}
