import { isLoopback } from '../formats.ts';
import type { SchemaSettings } from '../schema.ts';
import { type Finding, warningIf } from './finding.ts';

/** The dashboard of the Go program: half set, or one that others can imitate. */
export function dashRules({ manualcontrol, manualcontrolUri }: SchemaSettings): Finding[] {
  const isSet = manualcontrolUri !== '';
  return [
    ...warningIf(
      manualcontrol && !isSet,
      'manualcontrol',
      'has no effect without manualcontrol_uri, the address that the Go program had built in',
    ),
    ...warningIf(
      isSet && !manualcontrol,
      'manualcontrol_uri',
      'has no effect without manualcontrol=true',
    ),
    ...warningIf(
      isSet && manualcontrol && isImitable(manualcontrolUri),
      'manualcontrol_uri',
      'is asked in the clear: whoever is on the way can reply in its place and promote. Take https',
    ),
  ];
}

// Private

function isImitable(uri: string): boolean {
  const { protocol, hostname } = new URL(uri);
  return protocol === 'http:' && !isLoopback(hostname.replace(/^\[(.*)\]$/, '$1'));
}
