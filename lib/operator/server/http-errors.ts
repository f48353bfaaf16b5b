import { ViliError } from '../../errors.ts';

/** A request the control API cannot serve, with the status that says so. */
export class ControlRequestError extends ViliError {
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(code, message);
    this.status = status;
  }
}

export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string };
}

/** Parts of a code that say what kind of failure it is; the first that fits gives the status. */
const STATUS_OF_PART: readonly (readonly [part: string, status: number])[] = [
  ['REFUSED', 409],
  ['NOT_FOUND', 404],
  ['UNKNOWN', 404],
  ['INVALID', 400],
  ['TIMEOUT', 504],
  ['TIMED_OUT', 504],
  ['UNAVAILABLE', 503],
  ['STOPPING', 503],
];

/** Status and body of anything a handler threw; what is not a ViliError tells nothing inside. */
export function errorResponse(error: unknown): { status: number; body: ErrorBody } {
  if (!(error instanceof ViliError)) {
    const message = 'internal error; its details are in the log of Vili';
    return { status: 500, body: { error: { code: 'VILI_INTERNAL', message } } };
  }
  const status =
    error instanceof ControlRequestError
      ? error.status
      : (STATUS_OF_PART.find(([part]) => error.code.includes(part))?.[1] ?? 500);
  return { status, body: { error: { code: error.code, message: error.message } } };
}
