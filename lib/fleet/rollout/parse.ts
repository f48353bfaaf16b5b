import { attempt } from '../../errors.ts';
import {
  type Build,
  type FleetAsk,
  type FleetHold,
  type HostRecord,
  LIMITS,
  type Rollout,
  type RolloutPhase,
} from './records.ts';

type Fields = Readonly<Record<string, unknown>>;

const PHASES: readonly RolloutPhase[] = ['collecting', 'waves', 'done', 'rejected', 'stopped'];
const ASKS: readonly FleetAsk['kind'][] = ['resume', 'promote', 'reject'];
const SHA256 = /^[0-9a-f]{64}$/;

/** The record of a host as it is in the engine; null for anything else: others may write there, too. */
export function parseHost(text: string): HostRecord | null {
  const fields = fieldsOf(text, 'vili.host/1');
  if (fields === null) return null;
  const { host, instance, vili, url, running, testing, rejected, token, waits, accepted } = fields;
  if (!isName(host) || !isName(instance) || !isText(vili) || !isText(url) || !isCount(token))
    return null;
  if (!isTexts(accepted) || accepted.length > LIMITS.accepted) return null;
  if (waits !== null && !isText(waits)) return null;
  if (!isBuildOrNull(running) || !isBuildOrNull(testing) || !isBuildOrNull(rejected)) return null;
  const { isReady = false } = (testing ?? {}) as Fields;
  const { text: why = '' } = (rejected ?? {}) as Fields;
  return {
    schema: 'vili.host/1',
    host,
    instance,
    vili,
    url,
    running: buildOf(running),
    testing: testing && { ...testing, isReady: isReady === true },
    isSwitching: fields['isSwitching'] === true,
    isOnProbation: fields['isOnProbation'] === true,
    rejected: rejected && { ...rejected, text: isText(why) ? why : '' },
    waits,
    accepted,
    token,
  };
}

/** The rollout as it is in the engine; null for anything else. */
export function parseRollout(text: string): Rollout | null {
  const fields = fieldsOf(text, 'vili.rollout/1');
  if (fields === null) return null;
  const { id, token, candidate, phase, wave, assigned, heldBy, decidedBy } = fields;
  if (!isCount(id) || !isCount(token) || !isCount(wave) || !isBuild(candidate)) return null;
  const known = PHASES.find((one) => one === phase);
  if (known === undefined || !isText(decidedBy) || !(heldBy === null || isName(heldBy)))
    return null;
  if (typeof assigned !== 'object' || assigned === null) return null;
  const places = Object.entries(assigned);
  if (places.length > LIMITS.hosts || !places.every(([, at]) => isCount(at))) return null;
  const { settled, members, excluded, reasons, finished } = fields;
  // Rollouts of an earlier Vili have none.
  const leaving = Object.entries(fields['leaving'] ?? {});
  if (leaving.length > LIMITS.hosts || !leaving.every(([, build]) => isBuild(build))) return null;
  if (!isTexts(settled) || !isTexts(members) || !isTexts(excluded)) return null;
  if (!isTexts(reasons) || !isTexts(finished)) return null;
  return {
    schema: 'vili.rollout/1',
    id,
    token,
    candidate: { version: candidate.version, sha256: candidate.sha256 },
    phase: known,
    wave,
    assigned: Object.fromEntries(places) as Record<string, number>,
    settled,
    members,
    heldBy,
    excluded,
    decidedBy,
    reasons,
    takesBack: fields['takesBack'] === true,
    leaving: Object.fromEntries(leaving.map(([host, build]) => [host, buildOf(build as Build)])),
    finished,
  };
}

export function parseHold(text: string): FleetHold | null {
  const { by, at, reason } = fieldsOf(text) ?? {};
  return isName(by) && isText(at) && isText(reason) ? { by, at, reason } : null;
}

export function parseAsk(text: string): FleetAsk | null {
  const { kind, version, by, reason } = fieldsOf(text) ?? {};
  const known = ASKS.find((one) => one === kind);
  if (known === undefined || !isName(by) || !isText(reason)) return null;
  if (version !== null && !isName(version)) return null;
  return { kind: known, version, by, reason };
}

// Private

function fieldsOf(text: string, schema?: string): Fields | null {
  const value: unknown = attempt(() => JSON.parse(text), null);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const fields = value as Fields;
  return schema === undefined || fields['schema'] === schema ? fields : null;
}

function buildOf(build: Build): Build;
function buildOf(build: Build | null): Build | null;
function buildOf(build: Build | null): Build | null {
  return build && { version: build.version, sha256: build.sha256 };
}

function isBuildOrNull(value: unknown): value is Build | null {
  return value === null || isBuild(value);
}

function isBuild(value: unknown): value is Build {
  if (typeof value !== 'object' || value === null) return false;
  const { version, sha256 } = value as Fields;
  return isName(version) && typeof sha256 === 'string' && SHA256.test(sha256);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LIMITS.nameCharacters;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LIMITS.textCharacters;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= LIMITS.hosts && value.every(isText);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
