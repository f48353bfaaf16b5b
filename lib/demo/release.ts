import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ViliError } from '../errors.ts';

/** The global variable with which a server file passes its release data to the service's code. */
const RELEASE_GLOBAL = 'viliDemoRelease';

/** What is wrong with a release of the demo service. An endpoint is `GET /items/{id}`. */
export interface ReleaseFaults {
  /** This share (0 to 1) of the requests to an endpoint gets a 500, evenly spread. */
  readonly errors?: { readonly endpoint: string; readonly share: number };
  /** This endpoint responds with 404. */
  readonly missingRoute?: string;
  /** A top-level field of an endpoint's response becomes text. */
  readonly changedType?: { readonly endpoint: string; readonly field: string };
  readonly missingField?: { readonly endpoint: string; readonly field: string };
  /** An ERROR is logged for this share of all requests except health probes. */
  readonly errorLogs?: { readonly share: number; readonly message: string };
  /** The key for the level of a log line, in place of `level`; '' writes no log at all. */
  readonly levelKey?: string;
  readonly slow?: { readonly endpoint: string; readonly ms: number };
  /** Exits with this code before listening. */
  readonly exitAtStart?: number;
  /** Exits with code 1 in the middle of this request, counted from 1 without health probes. */
  readonly crashAfterRequests?: number;
  readonly ignoreSigterm?: boolean;
  readonly ignoreSighup?: boolean;
  /** Responds to nothing: `all`, or `users` only, so that health probes still succeed. */
  readonly hang?: 'all' | 'users';
  /** Memory that is never given back, MB a minute. */
  readonly leakMbPerMinute?: number;
  /** Further faults, which begin this long after it listens, and only as the running version. */
  readonly asRunning?: { readonly afterMs: number; readonly faults: ReleaseFaults };
  /** Delay before listening, ms. */
  readonly startupDelayMs?: number;
}

export interface Release {
  readonly version: string;
  readonly faults?: ReleaseFaults;
}

/** The data in the first line of a server file, which the service reads at its start. */
export interface ReleaseData extends Release {
  readonly identifier: string;
}

/**
 * Writes the server file `IDENTIFIER-<version>.mjs` into `folder`, whole or not at all, and returns
 * its path. The file is a line with the release data, then the compiled demo service.
 * Throws ViliError `VILI_DEMO_NOT_BUILT` when the compiled service is missing.
 */
export async function writeRelease(
  folder: string,
  identifier: string,
  release: Release,
): Promise<string> {
  const data: ReleaseData = { identifier, ...release };
  const path = join(folder, `${identifier}-${release.version}.mjs`);
  const line = `globalThis.${RELEASE_GLOBAL} = ${JSON.stringify(data)};\n`;
  // A hidden name in the same folder, not that of a server file, so that the rename is one step.
  const aside = join(folder, `.${basename(path)}.${randomBytes(4).toString('hex')}.part`);
  try {
    await writeFile(aside, line + (await serviceCode()));
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  return path;
}

// Private

async function serviceCode(): Promise<string> {
  const path = fileURLToPath(new URL('./service.js', import.meta.url));
  try {
    const code = await readFile(path, 'utf8');
    return code.replace(/^\/\/# sourceMappingURL=.*$/m, '');
  } catch (error) {
    const text = `the compiled demo service ${path} cannot be read; run "npm run build" first`;
    throw new ViliError('VILI_DEMO_NOT_BUILT', text, { cause: error });
  }
}
