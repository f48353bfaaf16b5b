import { ViliError } from '../errors.ts';
import { type Deployment, NOTHING_DEPLOYED, type Release } from './state.ts';

/** Reads a state file's content. What is not a state of this schema throws `VILI_STATE_INVALID`. */
export function parseDeployment(data: unknown): Deployment {
  if (!isRecord(data) || data['schema'] !== NOTHING_DEPLOYED.schema) {
    throw new ViliError('VILI_STATE_INVALID', `not a state of schema ${NOTHING_DEPLOYED.schema}`);
  }
  for (const slot of ['running', 'testing', 'incoming', 'previous', 'rejected']) {
    const holder = data[slot];
    if (holder === null) continue;
    if (!isRecord(holder) || !isRelease(holder['release'])) {
      throw new ViliError('VILI_STATE_INVALID', `"${slot}" names no version`);
    }
  }
  for (const list of ['archiving', 'decided']) {
    const names = data[list];
    if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
      throw new ViliError('VILI_STATE_INVALID', `"${list}" is not a list of names`);
    }
  }
  return { ...NOTHING_DEPLOYED, ...data };
}

// Private

function isRecord(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

function isRelease(data: unknown): data is Release {
  return (
    isRecord(data) &&
    ['fileName', 'name', 'version', 'extension', 'fingerprint'].every(
      (key) => typeof data[key] === 'string',
    )
  );
}
