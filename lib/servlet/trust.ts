import type { TargetTls } from '../model/exchange.ts';
import { type Authorities, readAuthorities } from '../runtime/net/authorities.ts';

/** It goes along with each target, so a bundle of all authorities of the world has no place in it. */
const CA_MAX_BYTES = 32_768;

/** The settings that say how servlets are spoken to. */
export interface TrustSettings {
  readonly scheme: 'http' | 'https';
  readonly servlet: { readonly ca: string; readonly insecure: boolean };
}

/**
 * What servlets prove themselves by; null with `scheme=http`. Reads `servlet.ca`.
 * @throws ViliError VILI_SERVLET_CA when that file is unreadable, larger than 32 KiB or no certificate.
 */
export function servletTls({ scheme, servlet }: TrustSettings): TargetTls | null {
  if (scheme === 'http') return null;
  const { ca, insecure } = servlet;
  return { ca: ca === '' ? '' : authoritiesIn(ca).pem, insecure };
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
  return `on, checked against ${servlet.ca}, which is valid until ${authoritiesIn(servlet.ca).validUntil}`;
}

// Private

function authoritiesIn(file: string): Authorities {
  return readAuthorities({
    name: 'servlet.ca',
    file,
    maxBytes: CA_MAX_BYTES,
    code: 'VILI_SERVLET_CA',
  });
}
