import { stageVersion } from '../../../lib/base/arrival/stage.ts';
import { listServerFiles } from '../../../lib/base/arrival/scan.ts';
import { adoptBase } from '../../../lib/base/instance/adopt.ts';
import type { Layout } from '../../../lib/base/names/layout.ts';
import { exists } from '../../../lib/base/names/paths.ts';
import type { ServerFile } from '../../../lib/base/names/server-file.ts';
import { readState } from '../../../lib/base/state/state-file.ts';
import { parseDeployment } from '../../../lib/deployment/parse.ts';
import { EXIT, ViliError } from '../../../lib/errors.ts';

/** Which version runs bare, and from where that is known. */
export interface BareRelease {
  readonly file: ServerFile;
  /** Such as `by .vili/state.json`. */
  readonly source: string;
  /** What could not be read on the way, one sentence each. */
  readonly problems: readonly string[];
}

/**
 * The running version as a start of Vili would find it: by its state, else by the links of the base, else the newest server
 * file. Only reads. Throws VILI_NOTHING_RUNS when there is none, and `BaseUnreadable`.
 */
export async function bareRelease(layout: Layout): Promise<BareRelease> {
  const { base, identifier } = layout;
  const { state, problems } = await readState(layout.stateFile, (data) =>
    parseDeployment(data, identifier),
  );
  const saved = state?.running?.release;
  if (saved !== undefined) return { file: saved, source: 'by .vili/state.json', problems };
  const linked = (await adoptBase(layout)).running;
  if (linked !== null) {
    return { file: linked, source: `by the link ${identifier}-running`, problems };
  }
  const newest = (await listServerFiles(base, identifier)).at(-1);
  if (newest !== undefined) return { file: newest, source: 'the newest server file', problems };
  throw new ViliError(
    'VILI_NOTHING_RUNS',
    `no version runs in ${base}: there is no state, no link ${identifier}-running and no server file ${identifier}-VERSION.EXTENSION`,
    { exitCode: EXIT.usage },
  );
}

/** Makes Vili's copy of the server file where it is missing. Throws `StageFailed` when the user's file is gone, too. */
export async function ensureCopy(layout: Layout, file: ServerFile): Promise<void> {
  if (!(await exists(layout.serverCopy(file)))) await stageVersion(layout, file);
}
