import { listServerFiles } from '../../lib/base/arrival/scan.ts';
import { watchServerFiles } from '../../lib/base/arrival/watcher.ts';
import type { Services } from '../app/services.ts';
import type { IngestorDeps } from '../ingestor-actor.ts';
import { identify } from './deployer.ts';

export function ingestorDeps(services: Services): IngestorDeps {
  const { settings, layout, journal, addresses } = services;
  const { identifier, arrival } = settings;
  return {
    watch: (hooks) => watchServerFiles({ base: layout.base, identifier, ...arrival, ...hooks }),
    present: () => listServerFiles(layout.base, identifier),
    identify: (file) => identify(services, file),
    deployer: addresses.deployer,
    journal,
  };
}
