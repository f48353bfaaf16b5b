import { createHash } from 'node:crypto';
import { type FlatHeaders, headerValues } from '../model/headers.ts';
import { decodeBody, isJsonType, mediaType } from './content.ts';
import type { Findings } from './findings.ts';
import { compareJson, type PlaceRules } from './json/difference.ts';
import { parseJson } from './json/parse.ts';
import type { CompareSettings } from './settings.ts';

/** A body as received, or length and digest in its place. */
export interface Body {
  readonly headers: FlatHeaders;
  /** Null when the body was too large to keep. */
  readonly bytes: Buffer | null;
  readonly length: number;
  /** Hex SHA-1 of a body that was not kept, if it was computed. */
  readonly digest: string | null;
  /** Reading stopped at `length`: the body exceeds both limits. */
  readonly cut: boolean;
}

export type BodySettings = Pick<CompareSettings, 'maxBodyBytes' | 'maxDepth'>;

/**
 * Adds the differences between two bodies. JSON is compared by structure, anything else by
 * equality, and a body too large to keep by its length and hash.
 */
export function compareBodies(
  settings: BodySettings,
  running: Body,
  testing: Body,
  findings: Findings,
  places?: PlaceRules,
): void {
  if (places?.rules?.ignores([]) === true) {
    findings.skip('$');
    return;
  }
  if (running.bytes === null || testing.bytes === null) {
    if (!sameUnkept(running, testing)) addBody(findings, running, testing);
    return;
  }
  if (running.bytes.equals(testing.bytes) && sameMeaning(running, testing)) return;
  const ours = decodeBody(running.headers, running.bytes, settings.maxBodyBytes);
  const theirs = decodeBody(testing.headers, testing.bytes, settings.maxBodyBytes);
  // A body that cannot be decoded is compared as received, and those bytes were not equal.
  if (ours === null || theirs === null) {
    addBody(findings, running, testing);
    return;
  }
  compareDecoded(
    settings,
    { body: running, bytes: ours },
    { body: testing, bytes: theirs },
    findings,
    places,
  );
}

// Private

interface Decoded {
  readonly body: Body;
  readonly bytes: Buffer;
}

function compareDecoded(
  settings: BodySettings,
  running: Decoded,
  testing: Decoded,
  findings: Findings,
  places: PlaceRules | undefined,
): void {
  const [isOurs, isTheirs] = [claimsJson(running), claimsJson(testing)];
  if (isOurs || isTheirs) {
    const ours = isOurs ? parseJson(running.bytes) : null;
    const theirs = isTheirs ? parseJson(testing.bytes) : null;
    if (ours?.ok === true && theirs?.ok === true) {
      compareJson(ours.value, theirs.value, settings.maxDepth, findings, places);
      return;
    }
    const [kind, otherKind] = [contentKind(running, ours?.ok), contentKind(testing, theirs?.ok)];
    // Only JSON that stopped being JSON is a changed type; anything else is a changed value.
    if (ours?.ok === true) {
      findings.add({ kind: 'type', path: '$', running: kind, testing: otherKind });
      return;
    }
  }
  if (!running.bytes.equals(testing.bytes)) addBody(findings, running.body, testing.body);
}

function claimsJson(side: Decoded): boolean {
  const type = mediaType(side.body.headers);
  if (type !== '') return isJsonType(type);
  const first = side.bytes[0];
  return first === 0x7b /* { */ || first === 0x5b; /* [ */
}

function contentKind(side: Decoded, isParsed: boolean | undefined): string {
  if (isParsed === true) return 'JSON';
  if (side.bytes.length === 0) return 'nothing';
  if (isParsed === false) return 'not valid JSON';
  return mediaType(side.body.headers) || 'not JSON';
}

/** Equal bytes can differ in meaning: JSON sent as text, or under another content encoding. */
function sameMeaning(running: Body, testing: Body): boolean {
  const encoding = (body: Body) => headerValues(body.headers, 'content-encoding').join();
  if (encoding(running) !== encoding(testing)) return false;
  return isJsonType(mediaType(running.headers)) === isJsonType(mediaType(testing.headers));
}

function sameUnkept(running: Body, testing: Body): boolean {
  if (testing.cut || running.length !== testing.length) return false;
  const [ours, theirs] = [digestOf(running), digestOf(testing)];
  // Without a digest of both sides, only the length can be compared.
  return ours === null || theirs === null || ours === theirs;
}

function digestOf(body: Body): string | null {
  if (body.digest !== null) return body.digest.toLowerCase();
  return body.bytes === null ? null : createHash('sha1').update(body.bytes).digest('hex');
}

function addBody(findings: Findings, running: Body, testing: Body): void {
  findings.add({
    kind: 'body',
    path: '$',
    running: describe(running),
    testing: testing.cut ? `${testing.length} bytes or more, too large` : describe(testing),
  });
}

function describe(body: Body): string {
  const digest = digestOf(body);
  return `${body.length} bytes${digest === null ? '' : `, sha1 ${digest.slice(0, 12)}`}`;
}
