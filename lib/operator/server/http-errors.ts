import { ViliError } from '../../errors.ts';

export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string };
}

/** Status and body for anything a handler threw; an error that is not a ViliError stays private. */
export function errorResponse(error: unknown): { status: number; body: ErrorBody } {
  if (!(error instanceof ViliError)) {
    const message = 'internal error; its details are in the log of Vili';
    return { status: 500, body: { error: { code: 'VILI_INTERNAL', message } } };
  }
  const { code, message, httpStatus } = error;
  return { status: httpStatus, body: { error: { code, message } } };
}
