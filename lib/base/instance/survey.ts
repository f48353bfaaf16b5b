import type { Release } from '../../model/release.ts';
import { identify } from '../arrival/fingerprint.ts';
import { newestSettled } from '../arrival/settled.ts';
import type { Layout } from '../names/layout.ts';
import type { ServerFile } from '../names/server-file.ts';
import { adoptBase } from './adopt.ts';

/** The builds in a base that has no state file. */
export interface Survey {
  /** Where its links point to. */
  readonly adopted: { readonly running: Release | null; readonly testing: Release | null };
  /** The newest server file that has arrived completely; none when there is none, or when the links name the running version. */
  readonly files: readonly Release[];
  readonly faults: readonly string[];
}

/**
 * Finds what a base without a state file holds. Reads only; waits for files that may still be arriving. Throws
 * `BaseUnreadable` and Node's errors.
 */
export async function surveyBase(
  layout: Layout,
  arrival: { readonly stableMs: number; readonly pollMs: number },
): Promise<Survey> {
  const { running, testing, faults } = await adoptBase(layout);
  const { base, identifier } = layout;
  const newest = running === null ? await newestSettled({ base, identifier, ...arrival }) : null;
  return {
    adopted: {
      running: running && (await identifyAdopted(layout, running)),
      testing: testing && (await identifyAdopted(layout, testing)),
    },
    files: newest === null ? [] : [await identify(layout.serverFile(newest), newest)],
    faults,
  };
}

// Private

/** The copy in the version folder is what ran before; the file in the base may be another build. */
async function identifyAdopted(layout: Layout, file: ServerFile): Promise<Release> {
  try {
    return await identify(layout.serverCopy(file), file);
  } catch {
    return identify(layout.serverFile(file), file);
  }
}
