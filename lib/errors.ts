/** What `vili` exits with; part of its contract with scripts. */
export const EXIT = {
  ok: 0,
  internal: 1,
  usage: 2,
  rejected: 3,
  timedOut: 4,
  unreachable: 5,
  refused: 6,
  interrupted: 130,
} as const;

const INTERNAL_SERVER_ERROR = 500;

export interface ViliErrorOptions {
  readonly cause?: unknown;
  /** What a command that fails with this error exits with; default 1. */
  readonly exitCode?: number;
  /** What the control API responds with; default 500. */
  readonly httpStatus?: number;
}

/**
 * The base of every error Vili raises on purpose. `code` is stable and is what callers match on
 * (`VILI_…`); the message names the thing, the value and the rule it broke.
 */
export class ViliError extends Error {
  readonly code: string;
  readonly exitCode: number;
  readonly httpStatus: number;

  constructor(code: string, message: string, options: ViliErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = new.target.name;
    this.code = code;
    this.exitCode = options.exitCode ?? EXIT.internal;
    this.httpStatus = options.httpStatus ?? INTERNAL_SERVER_ERROR;
  }

  /** The error of an action that failed; its message is `cannot ACTION: CAUSE`. */
  static cannot<E extends ViliError>(
    this: new (
      code: string,
      message: string,
      options: ViliErrorOptions,
    ) => E,
    code: string,
    action: string,
    cause: unknown,
    options: Omit<ViliErrorOptions, 'cause'> = {},
  ): E {
    return new this(code, `cannot ${action}: ${messageOf(cause)}`, { ...options, cause });
  }
}

/** A command line that is not valid. */
export class UsageError extends ViliError {
  constructor(message: string) {
    super('VILI_USAGE', message, { exitCode: EXIT.usage });
  }
}

/** Something that is not possible now; `code` is the contract's `VILI_REFUSED`. */
export class ConflictError extends ViliError {
  constructor(message: string) {
    super('VILI_REFUSED', message, { exitCode: EXIT.refused, httpStatus: 409 });
  }
}

/** A request to the control API that is not valid. */
export class BadRequestError extends ViliError {
  constructor(message: string) {
    super('VILI_BAD_REQUEST', message, { exitCode: EXIT.usage, httpStatus: 400 });
  }
}

/** What `step` returns, or `fallback` when it throws: for what may be absent, unreadable or malformed. */
export function attempt<T>(step: () => T, fallback: T): T {
  try {
    return step();
  } catch {
    return fallback;
  }
}

/** The text of anything that was thrown, for a log line or a reason. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node or Vili error, or undefined when there is none. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
