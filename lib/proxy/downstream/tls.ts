import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { EXIT, messageOf, ViliError } from '../../errors.ts';

/** Where the certificate of the users' port is, and how often its files are looked at. */
export interface TlsSettings {
  /** PEM: the certificate, then those that vouch for it. */
  readonly certFile: string;
  /** PEM, without a passphrase. */
  readonly keyFile: string;
  readonly reloadMs: number;
}

export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads certificate and key.
 * @throws ViliError VILI_GATE_TLS when they cannot be read or do not belong together.
 */
export function readTlsPair({ certFile, keyFile }: TlsSettings): TlsPair {
  const read = (file: string): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw new ViliError('VILI_GATE_TLS', `cannot read ${file}: ${messageOf(error)}`, {
        cause: error,
        exitCode: EXIT.usage,
      });
    }
  };
  const pair = { cert: read(certFile), key: read(keyFile) };
  const problem = problemOf(pair);
  if (problem !== null) {
    const text = `${certFile} and ${keyFile} are no certificate with its key: ${problem}`;
    throw new ViliError('VILI_GATE_TLS', text, { exitCode: EXIT.usage });
  }
  return pair;
}

/**
 * Calls back with a new pair once both files were the same at two looks and belong together: they are
 * replaced one after the other, by rename, through links or in place. What stays wrong is told once.
 * Returns the way to stop.
 */
export function watchTlsPair(
  settings: TlsSettings,
  first: TlsPair,
  onChange: (pair: TlsPair) => void,
  onProblem: (text: string) => void,
): () => void {
  const { certFile, keyFile, reloadMs } = settings;
  let current = first;
  let seen = '';
  let told = '';
  const look = async (): Promise<void> => {
    const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
    if (cert === current.cert && key === current.key) return;
    const isComplete = cert + key === seen;
    seen = cert + key;
    if (!isComplete) return;
    const problem = problemOf({ cert, key });
    if (problem === null) {
      current = { cert, key };
      onChange(current);
    } else complain(`${certFile} and ${keyFile} do not fit: ${problem}`);
  };
  const complain = (text: string): void => {
    if (text !== told) onProblem(`${text}; the old certificate stays`);
    told = text;
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => complain(messageOf(error)));
  }, reloadMs);
  timer.unref();
  return () => clearInterval(timer);
}

// Private

/** A file that is just being written is empty at first, and OpenSSL takes nothing for no certificate. */
function problemOf({ cert, key }: TlsPair): string | null {
  if (cert.trim() === '' || key.trim() === '') return 'one of them is empty';
  try {
    createSecureContext({ cert, key });
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
