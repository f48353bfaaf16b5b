import { createSecureContext } from 'node:tls';
import { EXIT, messageOf, ViliError } from '../../errors.ts';
import { readPem, readPemLater } from '../../runtime/net/pem.ts';

/** The certificate of the users' port, and how often its files are polled. */
export interface TlsSettings {
  /** PEM: the certificate, then the certificate chain. */
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
 * Reads certificate and key, which the settings `NAME.cert` and `NAME.key` give.
 * @throws ViliError VILI_GATE_TLS when they cannot be read or do not belong together.
 */
export function readTlsPair(settings: TlsSettings, name: 'tls' | 'admin' = 'tls'): TlsPair {
  const { certFile, keyFile } = settings;
  const failure = (text: string) => new ViliError('VILI_GATE_TLS', text, { exitCode: EXIT.usage });
  const read = (setting: string, file: string): string => {
    try {
      return readPem(file);
    } catch (error) {
      throw failure(`${setting} ${file} ${messageOf(error)}`);
    }
  };
  const pair = { cert: read(`${name}.cert`, certFile), key: read(`${name}.key`, keyFile) };
  const problem = problemOf(pair);
  if (problem !== null) throw failure(mismatch(settings, problem));
  return pair;
}

/**
 * Calls back with a new pair once both files were the same at two polls and belong together: they are replaced
 * one after the other, by rename, through links or in place. A lasting problem is reported once. Returns a
 * function that stops watching.
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
  let reported = '';
  const report = (text: string): void => {
    if (text !== reported) onProblem(`${text}; the old certificate stays`);
    reported = text;
  };
  const poll = async (): Promise<void> => {
    const [cert, key] = await Promise.all([read('tls.cert', certFile), read('tls.key', keyFile)]);
    if (cert === current.cert && key === current.key) return;
    const isStable = cert + key === seen;
    seen = cert + key;
    if (!isStable) return;
    const problem = problemOf({ cert, key });
    if (problem === null) {
      current = { cert, key };
      onChange(current);
    } else report(mismatch(settings, problem));
  };
  const timer = setInterval(() => {
    poll().catch((error: unknown) => report(messageOf(error)));
  }, reloadMs);
  timer.unref();
  return () => clearInterval(timer);
}

// Private

async function read(setting: string, file: string): Promise<string> {
  try {
    return await readPemLater(file);
  } catch (error) {
    throw new Error(`${setting} ${file} ${messageOf(error)}`, { cause: error });
  }
}

/** A file that is being written is empty at first, which OpenSSL takes for the absence of a certificate. */
function problemOf({ cert, key }: TlsPair): string | null {
  if (cert.trim() === '' || key.trim() === '') return 'one of them is empty';
  try {
    createSecureContext({ cert, key });
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

function mismatch({ certFile, keyFile }: TlsSettings, problem: string): string {
  return `${certFile} and ${keyFile} do not form a certificate and key pair: ${problem}`;
}
