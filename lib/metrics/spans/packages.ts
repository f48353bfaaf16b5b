import { createRequire } from 'node:module';
import { attempt, EXIT, ViliError } from '../../errors.ts';

/** 28 MB together with what they need: only those who export spans install them. */
export const SPAN_PACKAGES = [
  '@opentelemetry/sdk-trace-base',
  '@opentelemetry/exporter-trace-otlp-http',
] as const;

/**
 * Looks for the packages that `otlp.endpoint` needs; `from` is the file or URL of the module that will load them.
 * @throws ViliError VILI_OTLP_PACKAGES naming those that are missing, and the command that installs them.
 */
export function requireSpanPackages(from: string = import.meta.url): void {
  const { resolve } = createRequire(from);
  const missing = SPAN_PACKAGES.filter((name) => attempt(() => resolve(name), null) === null);
  if (missing.length === 0) return;
  throw new ViliError(
    'VILI_OTLP_PACKAGES',
    `otlp.endpoint needs packages that are not installed beside Vili: ${missing.join(', ')}. ` +
      `Install them where Vili is (npm install -g ${SPAN_PACKAGES.join(' ')}), or leave otlp.endpoint out`,
    { exitCode: EXIT.usage },
  );
}
