import { ViliError } from '../../errors.ts';

/** The engine was not reached, or did not reply as it should. */
export class EngineError extends ViliError {
  constructor(text: string, cause?: unknown) {
    super('VILI_FLEET_ENGINE', text, cause === undefined ? {} : { cause });
  }
}
