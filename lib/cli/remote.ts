import { closeSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { attempt, messageOf, UsageError } from '../errors.ts';
import { withoutEndSlashes } from '../model/path-template.ts';
import type { Remote } from '../operator/client/client-request.ts';
import type { CliActions, CliIo } from './terminal/io.ts';

const TOKEN_MAX_BYTES = 4096;

export interface RemoteOptions {
  readonly url?: string;
  readonly tokenFile?: string;
}

/** The daemon on another host that is meant; null: the one of the folder. Throws UsageError. */
export function remoteOf({ url, tokenFile }: RemoteOptions, io: CliIo): Remote | null {
  if (url === undefined) {
    if (tokenFile === undefined) return null;
    throw new UsageError('--token-file needs --url');
  }
  const parsed = attempt(() => new URL(url), null);
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.username !== '') {
    throw new UsageError(`--url "${url}" must be like https://host:9600`);
  }
  const token = tokenFile === undefined ? '' : tokenIn(resolve(io.workingFolder, tokenFile));
  return { url: withoutEndSlashes(parsed.href), token };
}

/** What works in a folder of this host does not work from elsewhere. */
export function remoteActions({ version, openInBrowser }: CliActions): CliActions {
  const refuse = (name: string) => (): Promise<never> =>
    Promise.reject(
      new UsageError(`\`vili ${name}\` works in a folder of this host, without --url`),
    );
  return {
    version,
    init: refuse('init'),
    start: refuse('start'),
    runBare: refuse('run-bare'),
    check: refuse('check'),
    notify: refuse('notify'),
    demo: refuse('demo'),
    // Of a process there nothing more is known from here than that its end was begun.
    openInBrowser,
    untilEnded: () => Promise.resolve(true),
    records: () => Promise.resolve(null),
  };
}

// Private

function tokenIn(path: string): string {
  const buffer = Buffer.alloc(TOKEN_MAX_BYTES + 1);
  let bytes: number;
  try {
    const file = openSync(path, 'r');
    try {
      bytes = readSync(file, buffer, 0, buffer.length, 0);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new UsageError(`--token-file ${path} cannot be read: ${messageOf(error)}`);
  }
  const token = buffer.toString('utf8', 0, bytes).trim();
  if (bytes <= TOKEN_MAX_BYTES && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new UsageError(`--token-file ${path} must hold the token alone, on one line`);
}
