import { join } from 'node:path';
import { ACCEPT_EXTENSION } from '../../lib/base/arrival/accept-file.ts';
import { writeFileAtomic } from '../../lib/base/state/atomic-file.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Release } from '../../lib/model/release.ts';
import type { DeclaredDifference } from '../../lib/model/traffic-rules.ts';
import type { Services } from '../app/services.ts';

/** What a test leaves out is kept in the version's folder, and is archived with it. A test does not fail for it. */
export async function keepDeclared(
  { layout, journal }: Services,
  { name, version }: Release,
  declared: readonly DeclaredDifference[],
): Promise<void> {
  if (declared.length === 0) return;
  const fileName = `${layout.identifier}-${version}${ACCEPT_EXTENSION}`;
  const lines = declared.map(({ endpoint, path, reason }) => {
    return `${endpoint === null ? '' : `${endpoint} `}${path} ${reason}\n`;
  });
  await writeFileAtomic(join(layout.versionFolder(name), fileName), lines.join('')).catch(
    (error: unknown) => journal.warn(`${fileName} could not be kept: ${messageOf(error)}`),
  );
}
