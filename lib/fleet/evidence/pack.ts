import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { attempt } from '../../errors.ts';
import type { EvidenceRecord } from './record.ts';

/** Of a record that somebody else packed, as JSON: a small text may unfold to anything. */
const MAX_UNPACKED_BYTES = 65_536;

/**
 * A record as it is exchanged: its JSON, deflated (RFC 1951), in base64. Three times as many endpoints fit into it as into
 * JSON.
 */
export function packRecord(record: EvidenceRecord): string {
  return deflateRawSync(JSON.stringify(record)).toString('base64');
}

/** The JSON of a record, which may be there unpacked as well; null for what is neither. */
export function unpackRecord(text: string): string | null {
  if (/^\s*[[{]/.test(text)) return text;
  const packed = Buffer.from(text, 'base64');
  const options = { maxOutputLength: MAX_UNPACKED_BYTES };
  return attempt(() => inflateRawSync(packed, options).toString('utf8'), null);
}
