import { EXIT, ViliError } from '../errors.ts';

/** The asked actor failed while it owed a reply; `cause` is what it threw. */
export class ActorCrashed extends ViliError {
  readonly path: string;
  constructor(path: string, cause: unknown) {
    super('VILI_ACTOR_CRASHED', `${path} crashed before it replied`, { cause });
    this.path = path;
  }
}

/** The actor has ended, or ends now, and neither handles, replies nor starts anything any more. */
export class ActorStopped extends ViliError {
  readonly path: string;
  constructor(path: string, what = 'has stopped') {
    super('VILI_ACTOR_STOPPED', `${path} ${what}`);
    this.path = path;
  }
}

/** No reply within the limit of an `ask`. */
export class AskTimeout extends ViliError {
  readonly path: string;
  constructor(path: string, messageType: string, timeoutMs: number) {
    const text = `no reply from ${path} to ${messageType} within ${timeoutMs} ms`;
    super('VILI_ASK_TIMEOUT', text, { exitCode: EXIT.timedOut, httpStatus: 504 });
    this.path = path;
  }
}

/** The question did not fit into the mailbox of the asked actor, or was pushed out of it. */
export class MailboxFull extends ViliError {
  readonly path: string;
  constructor(path: string, limit: number) {
    super('VILI_MAILBOX_FULL', `the mailbox of ${path} is full (limit ${limit})`);
    this.path = path;
  }
}

/** The first start of a child failed for good; `cause` is the last error of its `start`. */
export class StartFailed extends ViliError {
  readonly path: string;
  constructor(path: string, attempts: number, cause: unknown) {
    super('VILI_ACTOR_START_FAILED', `${path} did not start in ${attempts} attempt(s)`, { cause });
    this.path = path;
  }
}

/** More failures within the window than the budget allows; `cause` is the last of them. */
export class RestartBudgetExhausted extends ViliError {
  readonly path: string;
  constructor(path: string, max: number, withinMs: number, cause: unknown) {
    const limit = `more than ${max} restarts within ${withinMs} ms`;
    super('VILI_RESTART_BUDGET', `${path} failed too often: ${limit}`, { cause });
    this.path = path;
  }
}

/** A handler ran longer than `handlerTimeoutMs` and its actor is set to crash then. */
export class HandlerHung extends ViliError {
  readonly path: string;
  constructor(path: string, messageType: string, limitMs: number) {
    super('VILI_HANDLER_HUNG', `${path} still handles ${messageType} after ${limitMs} ms`);
    this.path = path;
  }
}
