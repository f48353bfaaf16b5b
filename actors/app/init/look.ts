import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { namesIn } from '../../../lib/base/arrival/scan.ts';
import { parseServerFile } from '../../../lib/base/names/server-file.ts';
import { bindFailure } from '../../../lib/servlet/ports/ports.ts';
import { holderText } from '../../../lib/servlet/ports/taken-port.ts';

/** `inventory` of `inventory-1.4.2.jar`: what comes before the first number. */
const SERVER_FILE = /^([A-Za-z][\w.-]*?)-\d/;
/** Where Java services usually have their settings, the likeliest first. */
const PROPERTIES = /^(?:local_override|application|service|config)[\w.-]*\.properties$/;
/** The key of a port, `server.port=8080`. */
const PORT_LINE = /^[ \t]*([\w.-]*port)[ \t]*[=:][ \t]*(\d{1,5})[ \t]*$/im;
const MAX_PROPERTIES_BYTES = 262_144;
const USUAL_PORT = 8080;

/** What a folder shows of the service in it. */
export interface Findings {
  /** All that have a server file here, the one with the newest file first. */
  readonly identifiers: readonly string[];
  /** The newest server file, or null. */
  readonly serverFile: string | null;
  readonly properties: {
    readonly fileName: string;
    readonly key: string;
    readonly port: number;
  } | null;
  readonly port: number;
  /** Why nobody can listen on that port now, or null. */
  readonly portProblem: string | null;
}

/** Throws `BaseUnreadable` when there is no such folder. */
export async function lookAround(
  base: string,
  given: { readonly identifier?: string | undefined; readonly port?: number | undefined },
): Promise<Findings> {
  const names = await namesIn(base);
  const files = await serverFiles(base, names);
  const wanted = files.filter(
    ({ identifier }) => given.identifier === undefined || identifier === given.identifier,
  );
  const properties = await propertiesIn(base, names);
  const port = given.port ?? properties?.port ?? USUAL_PORT;
  return {
    identifiers: [...new Set(files.map(({ identifier }) => identifier))],
    serverFile: wanted[0]?.fileName ?? null,
    properties,
    port,
    portProblem: await portProblemOf(port),
  };
}

/** What to call a service that has no server file yet. */
export function nameOfFolder(base: string): string {
  const name = basename(base)
    .replaceAll(/[^\w.-]+/g, '-')
    .replace(/^[^A-Za-z]+/, '');
  return name === '' ? 'service' : name;
}

// Private

async function portProblemOf(port: number): Promise<string | null> {
  const failure = await bindFailure(port, '0.0.0.0');
  return failure === null ? null : (await holderText(port)) || failure;
}

interface Found {
  readonly identifier: string;
  readonly fileName: string;
  readonly changedMs: number;
}

/** The newest first. */
async function serverFiles(base: string, names: readonly string[]): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const fileName of names) {
    const identifier = SERVER_FILE.exec(fileName)?.[1];
    if (identifier === undefined || parseServerFile(identifier, fileName) === undefined) continue;
    const stats = await stat(join(base, fileName)).catch(() => null);
    if (stats?.isFile() === true) found.push({ identifier, fileName, changedMs: stats.mtimeMs });
  }
  return found.toSorted((one, other) => other.changedMs - one.changedMs);
}

async function propertiesIn(
  base: string,
  names: readonly string[],
): Promise<Findings['properties']> {
  const candidates = names.filter((name) => PROPERTIES.test(name));
  candidates.sort((a, b) => Number(b.startsWith('local')) - Number(a.startsWith('local')));
  for (const fileName of candidates) {
    const path = join(base, fileName);
    const size = (await stat(path).catch(() => null))?.size ?? MAX_PROPERTIES_BYTES + 1;
    if (size > MAX_PROPERTIES_BYTES) continue;
    const [, key, port] = PORT_LINE.exec(await readFile(path, 'utf8').catch(() => '')) ?? [];
    const number = Number(port);
    if (key !== undefined && number > 0 && number < 65_536) return { fileName, key, port: number };
  }
  return null;
}
