import { X509Certificate } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { EXIT, messageOf, ViliError } from '../errors.ts';
import type { TargetTls } from '../model/exchange.ts';

/** It goes along with each target, so a bundle of all authorities of the world has no place in it. */
const CA_MAX_BYTES = 32_768;
const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** The settings that say how servlets are spoken to. */
export interface TrustSettings {
  readonly scheme: 'http' | 'https';
  readonly servlet: { readonly ca: string; readonly insecure: boolean };
}

/**
 * What servlets prove themselves by; null with `scheme=http`. Reads `servlet.ca`.
 * @throws ViliError VILI_SERVLET_CA when that file is unreadable, too large or no certificate.
 */
export function servletTls({ scheme, servlet }: TrustSettings): TargetTls | null {
  if (scheme === 'http') return null;
  const { ca, insecure } = servlet;
  return { ca: ca === '' ? '' : readAuthorities(ca).pem, insecure };
}

/** For `vili status`: whether servlets are spoken to by TLS, and whether they have to prove themselves. */
export function trustWord({ scheme, servlet }: TrustSettings): 'off' | 'checked' | 'unchecked' {
  if (scheme === 'http') return 'off';
  return servlet.insecure ? 'unchecked' : 'checked';
}

/** For people: how servlets are spoken to, and whom Vili believes. Throws as `servletTls`. */
export function trustText({ scheme, servlet }: TrustSettings): string {
  if (scheme === 'http') return 'off, servlets are spoken to in plain HTTP';
  if (servlet.insecure) return 'on, and the certificate of servlets is NOT checked';
  if (servlet.ca === '') return 'on, checked against the authorities that Node.js trusts';
  const { certificates } = readAuthorities(servlet.ca);
  const ends = certificates.map(({ validTo }) => Date.parse(validTo));
  const until = new Date(Math.min(...ends)).toISOString().slice(0, 10);
  return `on, checked against ${servlet.ca}, which is valid until ${until}`;
}

// Private

interface Authorities {
  readonly pem: string;
  readonly certificates: readonly X509Certificate[];
}

function readAuthorities(file: string): Authorities {
  const text = readStart(file);
  if (text.length > CA_MAX_BYTES) {
    throw failure(file, `is larger than ${CA_MAX_BYTES / 1024} KiB; keep only those that sign`);
  }
  const found = text.match(PEM) ?? [];
  if (found.length === 0) throw failure(file, 'holds no certificate in PEM form');
  try {
    const certificates = found.map((pem) => new X509Certificate(pem));
    return { pem: `${found.join('\n')}\n`, certificates };
  } catch (error) {
    throw failure(file, `holds a certificate that cannot be read: ${messageOf(error)}`);
  }
}

/** One byte more than is allowed, whatever the size of the file. */
function readStart(file: string): string {
  const buffer = Buffer.alloc(CA_MAX_BYTES + 1);
  let fd: number | null = null;
  try {
    fd = openSync(file, 'r');
    let length = 0;
    for (;;) {
      const more = readSync(fd, buffer, length, buffer.length - length, null);
      length += more;
      if (more === 0 || length === buffer.length) return buffer.toString('latin1', 0, length);
    }
  } catch (error) {
    throw failure(file, `cannot be read: ${messageOf(error)}`);
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

function failure(file: string, text: string): ViliError {
  return new ViliError('VILI_SERVLET_CA', `servlet.ca ${file} ${text}`, { exitCode: EXIT.usage });
}
