import { X509Certificate } from 'node:crypto';
import { EXIT, messageOf, ViliError } from '../../errors.ts';
import { readPem } from './pem.ts';

const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
const DATE_CHARACTERS = 10;

/** A setting that names a file of authorities, and what it may hold. */
export interface AuthoritiesSetting {
  readonly name: string;
  readonly file: string;
  readonly maxBytes: number;
  /** Of the error. */
  readonly code: string;
}

export interface Authorities {
  /** The certificates alone, without what stands between them. */
  readonly pem: string;
  /** When the first of them ends, `2027-01-31`. */
  readonly validUntil: string;
}

/**
 * Reads the authorities that may vouch for a server.
 * @throws ViliError naming setting and file when that is unreadable, too large, or holds no certificate, or one that
 * cannot be read.
 */
export function readAuthorities({ name, file, maxBytes, code }: AuthoritiesSetting): Authorities {
  try {
    const found = readPem(file, maxBytes).match(PEM) ?? [];
    if (found.length === 0) throw new Error('holds no certificate in PEM form');
    const ends = found.map(endOf);
    const validUntil = new Date(Math.min(...ends)).toISOString().slice(0, DATE_CHARACTERS);
    return { pem: `${found.join('\n')}\n`, validUntil };
  } catch (error) {
    throw new ViliError(code, `${name} ${file} ${messageOf(error)}`, { exitCode: EXIT.usage });
  }
}

// Private

function endOf(pem: string): number {
  try {
    return Date.parse(new X509Certificate(pem).validTo);
  } catch (error) {
    throw new Error(`holds a certificate that cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
