import { parseServerFile, parseVersionName } from '../base/names/server-file.ts';
import { ViliError } from '../errors.ts';
import type { Release } from '../model/release.ts';
import {
  type Acceptance,
  type Declaration,
  type Deployment,
  NOTHING_DEPLOYED,
  type Outage,
  type Pause,
  type Resume,
  type Rollback,
} from './state.ts';

/** Characters of a value that an error repeats. */
const MAX_SHOWN = 100;

/**
 * Reads a state file's content. Throws `VILI_STATE_INVALID` for what is not a state of this schema, a version that does
 * not belong to `identifier` (its name becomes a path), a phase or a time that cannot be.
 */
export function parseDeployment(data: unknown, identifier: string): Deployment {
  if (!isRecord(data) || data['schema'] !== NOTHING_DEPLOYED.schema) {
    throw invalid(`not a state of schema ${NOTHING_DEPLOYED.schema}`);
  }
  for (const slot of ['running', 'testing', 'incoming', 'previous', 'rejected']) {
    const holder = data[slot];
    if (holder === null) continue;
    if (!isRecord(holder) || !isRelease(holder['release'], identifier)) {
      throw invalid(`"${slot}" does not name a version of ${identifier}`);
    }
    const [key, isRight] = SLOT_RULES[slot] ?? [];
    if (key !== undefined && isRight?.(holder[key]) !== true) {
      const shown = JSON.stringify(holder[key])?.slice(0, MAX_SHOWN);
      throw invalid(`"${slot}.${key}" cannot be ${shown}`);
    }
  }
  const { promotion, testing, archiving, decided } = data;
  if (promotion !== null && (testing === null || !isPromotion(promotion))) {
    throw invalid('"promotion" is not that of a version under test');
  }
  if (!isTexts(archiving) || archiving.some((it) => !parseVersionName(identifier, it))) {
    throw invalid(`"archiving" is not a list of versions of ${identifier}`);
  }
  if (!isTexts(decided)) throw invalid('"decided" is not a list of fingerprints');
  const {
    declared,
    accepted,
    superseded,
    delays,
    paused,
    rollback,
    outage,
    resume,
    shortDisk,
    ...rest
  } = withoutBadComplaint(data);
  return {
    ...NOTHING_DEPLOYED,
    ...rest,
    ...(Array.isArray(accepted) ? { accepted: accepted.filter(isAcceptance) } : {}),
    ...(Array.isArray(declared) ? { declared: declared.filter(isDeclaration) } : {}),
    ...(isTexts(superseded) ? { superseded } : {}),
    ...(isTimes(delays) ? { delays } : {}),
    ...(isRollback(rollback, identifier) ? { rollback } : {}),
    ...(isPause(paused) ? { paused } : {}),
    ...(typeof shortDisk === 'string' ? { shortDisk } : {}),
    ...(isSince(outage) ? { outage: outage as unknown as Outage } : {}),
    ...(isSince(resume) ? { resume: resume as unknown as Resume } : {}),
  };
}

// Private

type Check = (value: unknown) => boolean;

const CANDIDATE = ['waiting', 'replacing', 'staging', 'starting', 'testing'];
const RUNNING = ['staging', 'starting', 'ready', 'restarting'];
const SLOT_RULES: Readonly<Record<string, readonly [string, Check]>> = {
  running: ['phase', (value) => RUNNING.includes(String(value))],
  testing: ['phase', (value) => CANDIDATE.includes(String(value))],
  incoming: ['phase', (value) => CANDIDATE.includes(String(value))],
  previous: ['untilMs', (value) => Number.isFinite(value)],
};

function invalid(text: string): ViliError {
  return new ViliError('VILI_STATE_INVALID', text);
}

function isPromotion(data: unknown): boolean {
  if (!isRecord(data) || typeof data['by'] !== 'string' || !Array.isArray(data['reasons']))
    return false;
  const { phase, stepping } = data;
  if (stepping !== undefined && !isStepping(stepping)) return false;
  if (phase === 'stepping') return stepping !== undefined;
  return phase === 'stopping-test' || phase === 'starting';
}

function isStepping(data: unknown): boolean {
  if (!isRecord(data) || typeof data['salt'] !== 'string') return false;
  const { steps, at, key, leftMs, sinceMs, complaint } = data;
  if (!Array.isArray(steps) || !Number.isInteger(at) || !steps.every(isStep)) return false;
  if (steps[at as number] === undefined) return false;
  if (!Number.isFinite(leftMs) || !Number.isFinite(sinceMs)) return false;
  if (complaint != null && !isComplaint(complaint)) return false;
  if (key === null) return true;
  return (
    isRecord(key) && isTexts([key['name']]) && ['cookie', 'header'].includes(String(key['kind']))
  );
}

function isStep(data: unknown): boolean {
  if (!isRecord(data) || !Number.isFinite(data['ms'])) return false;
  return Number(data['share']) > 0 && Number(data['share']) < 1;
}

function isTexts(data: unknown): data is readonly string[] {
  return Array.isArray(data) && data.every((it) => typeof it === 'string');
}

function isRecord(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

function isSince(data: unknown): data is Record<string, unknown> {
  return isRecord(data) && Number.isFinite(data['sinceMs']);
}

function isTimes(data: unknown): data is Readonly<Record<string, number>> {
  return isRecord(data) && Object.values(data).every(Number.isFinite);
}

/** Another one is undone: users stay where they are. Its name becomes a path. */
function isRollback(data: unknown, identifier: string): data is Rollback {
  if (!isRecord(data) || !isTexts([data['version'], data['by']])) return false;
  const { version, release, phase, reasons, newer } = data;
  if (!parseVersionName(identifier, String(version)) || !isTexts(newer)) return false;
  if (!Array.isArray(reasons)) return false;
  if (release === null) return phase === 'waiting' || phase === 'restoring';
  const isPhase = phase === 'waiting' || phase === 'restoring' || phase === 'starting';
  return isPhase && isRelease(release, identifier) && release.name === version;
}

/** People are then told once more. */
function withoutBadComplaint(data: Record<string, unknown>): Record<string, unknown> {
  const { previous } = data;
  if (!isRecord(previous) || previous['complaint'] == null) return data;
  const { complaint, ...others } = previous;
  return isComplaint(complaint) ? data : { ...data, previous: others };
}

function isComplaint(data: unknown): boolean {
  return isRecord(data) && isTexts([data['at']]) && isReasons(data['reasons']);
}

function isReasons(data: unknown): boolean {
  return Array.isArray(data) && data.every((it) => isRecord(it) && isTexts([it['text']]));
}

function isPause(data: unknown): data is Pause {
  if (!isRecord(data) || !isTexts([data['by'], data['at']])) return false;
  return data['reason'] === undefined || typeof data['reason'] === 'string';
}

function isAcceptance(data: unknown): data is Acceptance {
  return (
    isRecord(data) &&
    isTexts(['version', 'fingerprint', 'name', 'by', 'at'].map((key) => data[key]))
  );
}

function isDeclaration(data: unknown): data is Declaration {
  if (!isRecord(data) || !isTexts([data['version'], data['fileName']])) return false;
  const { entries } = data;
  const isEntry = (one: unknown): boolean =>
    isRecord(one) && isTexts([one['endpoint'] ?? '', one['path'], one['reason']]);
  return Array.isArray(entries) && entries.every(isEntry);
}

/** The fields must say what the file's own name says. */
function isRelease(data: unknown, identifier: string): data is Release {
  if (!isRecord(data) || typeof data['fileName'] !== 'string') return false;
  if (typeof data['fingerprint'] !== 'string') return false;
  const file = parseServerFile(identifier, data['fileName']);
  return (
    file !== undefined &&
    data['name'] === file.name &&
    data['version'] === file.version &&
    data['extension'] === file.extension
  );
}
