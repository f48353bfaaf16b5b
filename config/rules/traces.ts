import type { SchemaSettings } from '../schema.ts';
import { type Finding, problemIf, warningIf } from './finding.ts';

/** The address of the collector is only an address, and nothing is sampled without one. */
export function tracesRules({ otlp }: SchemaSettings): Finding[] {
  if (!URL.canParse(otlp.endpoint)) {
    return warningIf(true, 'otlp.sample', 'has no effect without otlp.endpoint');
  }
  const { username, password, search, hash } = new URL(otlp.endpoint);
  return [
    ...problemIf(
      username !== '' || password !== '',
      'otlp.endpoint',
      'has a user in it; what the collector asks for goes into the variable OTEL_EXPORTER_OTLP_HEADERS',
    ),
    ...problemIf(
      search !== '' || hash !== '',
      'otlp.endpoint',
      'has more than a path; write it like http://127.0.0.1:4318',
    ),
  ];
}
