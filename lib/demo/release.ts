import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ViliError } from '../errors.ts';

/** What is wrong with a release of the demo service. An endpoint is `GET /items/{id}`. */
export interface ReleaseFaults {
  /** That share (0 to 1) of the requests to an endpoint is answered with 500, evenly spread. */
  readonly errors?: { readonly endpoint: string; readonly share: number };
  /** This endpoint answers 404. */
  readonly missingRoute?: string;
  /** A top-level field of an endpoint's answer becomes text. */
  readonly changedType?: { readonly endpoint: string; readonly field: string };
  readonly missingField?: { readonly endpoint: string; readonly field: string };
  /** An ERROR is logged for that share of all requests but health probes. */
  readonly errorLogs?: { readonly share: number; readonly message: string };
  /** The level of a log line goes under this key, not `level`; '' writes no log at all. */
  readonly levelKey?: string;
  readonly slow?: { readonly endpoint: string; readonly ms: number };
  /** Exits with this code before it listens. */
  readonly exitAtStart?: number;
  /** Exits with code 1 in the middle of that request, counted from 1, health probes not counted. */
  readonly crashAfterRequests?: number;
  readonly ignoreSigterm?: boolean;
  readonly ignoreSighup?: boolean;
  /** Time before it listens, ms. */
  readonly startupDelayMs?: number;
}

export interface Release {
  readonly version: string;
  readonly faults?: ReleaseFaults;
}

/** The release line of a server file; the service reads it when it is started. */
export interface ReleaseData extends Release {
  readonly identifier: string;
}

/** The name under which a server file hands its release data to the service's code below. */
const RELEASE_GLOBAL = 'viliDemoRelease';

/**
 * Writes the server file `IDENTIFIER-<version>.mjs` into `folder`, whole or not at all, and returns
 * its path. It is the compiled demo service behind a line with the release data.
 * Throws ViliError `VILI_DEMO_NOT_BUILT` when the compiled service is not there.
 */
export async function writeRelease(
  folder: string,
  identifier: string,
  release: Release,
): Promise<string> {
  const data: ReleaseData = { identifier, ...release };
  const path = join(folder, `${identifier}-${release.version}.mjs`);
  const line = `globalThis.${RELEASE_GLOBAL} = ${JSON.stringify(data)};\n`;
  // A hidden name that is no server file, in the same folder, so that the rename is one step.
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
