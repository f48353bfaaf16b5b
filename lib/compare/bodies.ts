import { createHash } from 'node:crypto';
import type { FlatHeaders } from '../model/headers.ts';
import { changeOfText, NOWHERE, type Site } from './address/site.ts';
import { encodingsOf } from './content/decode.ts';
import type { Comparing } from './content/kind.ts';
import { isSameType, mediaType } from './content/media-type.ts';
import { NOT_JSON } from './content/text.ts';
import {
  compareContent,
  isSameContent,
  type ReadBody,
  type Reading,
  readContent,
} from './content/read.ts';
import type { Findings } from './findings.ts';
import type { PlaceRules } from './json/difference.ts';
import { brief } from './json/parse.ts';
import type { CompareSettings } from './settings.ts';

/** A body of so many bytes that shrinks to a tenth has lost what it was asked for. */
const COLLAPSE_MIN_BYTES = 1024;
const COLLAPSE_FACTOR = 10;
const TOO_LARGE = 'larger than compare.max_body';

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
  /** Where a body that is compared more than once is read only once. */
  readonly memo?: { reading?: Reading };
}

/** What is known of a pair besides its rules. */
export interface BodyContext {
  readonly site?: Site;
  /** What is costly to read is not read. */
  readonly isShallow?: boolean;
}

export type BodySettings = Pick<CompareSettings, 'maxBodyBytes' | 'maxDepth'>;

/**
 * Adds the differences between two bodies: by their content where both can be read, else by length
 * and hash. Another kind of content, nothing in place of something, and a body that collapses are
 * changes of type.
 */
export function compareBodies(
  settings: BodySettings,
  running: Body,
  testing: Body,
  findings: Findings,
  places?: PlaceRules,
  { site = NOWHERE, isShallow = false }: BodyContext = {},
): void {
  if (places?.rules?.ignores([]) === true) {
    findings.skip('$');
    return;
  }
  if (running.bytes === null || testing.bytes === null) {
    compareUnkept(running, testing, findings);
    return;
  }
  const [type, other] = [mediaType(running.headers), mediaType(testing.headers)];
  const isSame = running.bytes.equals(testing.bytes) && isEncodedAlike(running, testing);
  if (isSame && isSameType(type, other)) return;
  const ours = readingOf(settings, running, running.bytes, { site, isShallow });
  const theirs = readingOf(settings, testing, testing.bytes, { site, isShallow });
  if ('fault' in ours || 'fault' in theirs) {
    compareUnread(ours, theirs, running, testing, findings);
    return;
  }
  compareRead(
    { body: running, content: ours, type },
    { body: testing, content: theirs, type: other },
    findings,
    {
      findings,
      maxDepth: settings.maxDepth,
      places,
      textChange: (ours, theirs) => changeOfText(site, ours, theirs),
    },
  );
}

// Private

function readingOf(
  { maxBodyBytes }: BodySettings,
  body: Body,
  bytes: Buffer,
  { site, isShallow }: Required<BodyContext>,
): Reading {
  const { headers, memo } = body;
  const reading = memo?.reading ?? readContent(headers, bytes, site, maxBodyBytes, isShallow);
  if (memo !== undefined) memo.reading = reading;
  return reading;
}

interface Side {
  readonly body: Body;
  readonly content: ReadBody;
  readonly type: string;
}

function compareRead(running: Side, testing: Side, findings: Findings, comparing: Comparing): void {
  const [ours, theirs] = [running.content.document, testing.content.document];
  if (ours.kind === 'nothing') {
    if (theirs.kind !== 'nothing')
      findings.add({ kind: 'extra', path: '$', testing: theirs.label });
  } else if (ours.label === NOT_JSON && theirs.label !== NOT_JSON && theirs.kind !== 'nothing') {
    // What was broken already cannot become worse.
    addBody(findings, running.body, testing.body);
  } else if (!isSameContent(ours, theirs)) {
    addType(findings, ours.label, theirs.label);
  } else if (!isSameType(running.type, testing.type)) {
    addType(findings, `${ours.label} as ${running.type}`, `${theirs.label} as ${testing.type}`);
  } else {
    if (ours.kind !== 'json')
      compareSizes(running.content.length, testing.content.length, findings);
    const isCompared = compareContent(ours, theirs, comparing);
    if (!isCompared && !sameKept(running.body, testing.body))
      addBody(findings, running.body, testing.body);
  }
}

/** Bodies of which one at least cannot be read, although users' programs may read it. */
function compareUnread(
  ours: Reading,
  theirs: Reading,
  running: Body,
  testing: Body,
  findings: Findings,
): void {
  if (!('fault' in ours) && 'fault' in theirs && theirs.fault === 'corrupt') {
    addType(findings, ours.document.label, `not valid ${theirs.encoding}`);
    return;
  }
  addBody(findings, running, testing);
  const fault = 'fault' in ours ? ours : theirs;
  if ('fault' in fault)
    findings.unread({ by: 'fault' in ours ? 'both' : 'testing', why: whyOf(fault) });
}

function whyOf({ fault, encoding }: Extract<Reading, { ok: false }>): string {
  if (fault === 'bomb') return TOO_LARGE;
  return fault === 'foreign' ? `encoded with ${brief(encoding)}` : `not valid ${encoding}`;
}

/** Bodies that were too large to keep: by length and hash. */
function compareUnkept(running: Body, testing: Body, findings: Findings): void {
  if (sameUnkept(running, testing)) return;
  if (running.length === 0) findings.add({ kind: 'extra', path: '$', testing: describe(testing) });
  else if (testing.length === 0) addType(findings, describe(running), 'nothing');
  else {
    compareSizes(running.length, testing.length, findings);
    addBody(findings, running, testing);
    findings.unread({ by: running.bytes === null ? 'both' : 'testing', why: TOO_LARGE });
  }
}

function compareSizes(before: number, after: number, findings: Findings): void {
  if (before < COLLAPSE_MIN_BYTES || after * COLLAPSE_FACTOR > before) return;
  findings.add({
    kind: 'type',
    path: 'size',
    running: `${before} bytes`,
    testing: `${after} bytes`,
  });
}

/** Equal bytes mean something else under another content encoding. */
function isEncodedAlike(running: Body, testing: Body): boolean {
  return encodingsOf(running.headers).join() === encodingsOf(testing.headers).join();
}

function sameKept(running: Body, testing: Body): boolean {
  return running.bytes !== null && testing.bytes !== null && running.bytes.equals(testing.bytes);
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

function addType(findings: Findings, running: string, testing: string): void {
  findings.add({ kind: 'type', path: '$', running: brief(running), testing: brief(testing) });
}

function addBody(findings: Findings, running: Body, testing: Body): void {
  if (!findings.wants('body', '$')) return;
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
