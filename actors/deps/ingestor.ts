import { readAcceptFile } from '../../lib/base/arrival/accept-file.ts';
import { identify } from '../../lib/base/arrival/fingerprint.ts';
import { listServerFiles, namesIn } from '../../lib/base/arrival/scan.ts';
import { watchServerFiles } from '../../lib/base/arrival/watcher.ts';
import { parseDeclared } from '../../lib/compare/rules/declared.ts';
import type { Services } from '../app/services.ts';
import type { IngestorDeps } from '../ingestor-actor.ts';

/** What the ingestor needs of the house. */
export function ingestorDeps({ settings, layout, journal, addresses }: Services): IngestorDeps {
  const { base, identifier } = layout;
  return {
    watch: (hooks) => watchServerFiles({ base, identifier, ...settings.arrival, ...hooks }),
    present: () => listServerFiles(base, identifier),
    names: () => namesIn(base),
    identify: (file) => identify(layout.serverFile(file), file),
    readDeclared: async (file) => parseDeclared(await readAcceptFile(layout.serverFile(file))),
    deployer: addresses.deployer,
    journal,
  };
}
