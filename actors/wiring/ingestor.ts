import { listServerFiles } from '../../lib/base/scan.ts';
import { watchServerFiles } from '../../lib/base/watcher.ts';
import type { IngestorDeps } from '../ingestor-actor.ts';
import { identify } from './deployer.ts';
import type { House } from './house.ts';

export function ingestorDeps(house: House): IngestorDeps {
  const { settings, layout, journal, addresses } = house;
  const { identifier, arrival } = settings;
  return {
    watch: (hooks) => watchServerFiles({ base: layout.base, identifier, ...arrival, ...hooks }),
    present: () => listServerFiles(layout.base, identifier),
    identify: (file) => identify(house, file),
    get deployer() {
      return addresses.deployer;
    },
    journal,
  };
}
