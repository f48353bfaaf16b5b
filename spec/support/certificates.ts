import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
}

/** Whether a program is installed. */
export function hasProgram(name: string): boolean {
  return spawnSync(name, ['--version']).error === undefined;
}

/** What makes a certificate unlike a good one for localhost. */
interface CertificateFaults {
  /** As openssl writes it: `DNS:localhost,IP:127.0.0.1`. */
  readonly names?: string;
  /** It ended yesterday. */
  readonly expired?: boolean;
}

/** A self-signed certificate for localhost, made by openssl. */
export function makeCertificate(
  folder: string,
  name: string,
  { names = 'DNS:localhost,IP:127.0.0.1', expired = false }: CertificateFaults = {},
): Certificate {
  const certFile = join(folder, `${name}.crt`);
  const keyFile = join(folder, `${name}.key`);
  const alternatives = `subjectAltName=${names}`;
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const request = ['req', ...key, '-subj', `/CN=${name}`, '-keyout', keyFile];
  if (!expired) {
    openssl([...request, '-x509', '-days', '2', '-addext', alternatives, '-out', certFile]);
  } else {
    const [asked, extensions] = [join(folder, `${name}.csr`), join(folder, `${name}.ext`)];
    writeFileSync(extensions, alternatives);
    openssl([...request, '-out', asked]);
    const signing = ['x509', '-req', '-in', asked, '-signkey', keyFile, '-days', '-1'];
    openssl([...signing, '-extfile', extensions, '-out', certFile]);
  }
  return { certFile, keyFile, cert: readFileSync(certFile, 'utf8') };
}

// Private

function openssl(words: readonly string[]): void {
  execFileSync('openssl', words, { stdio: 'ignore' });
}
