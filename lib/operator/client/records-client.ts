import type { ControlHandlers, Records } from '../api/handlers.ts';
import { ROUTES } from '../api/routes.ts';
import type { ControlClient } from './client.ts';

/** The part of the control API that the files of a base can respond to. */
export type RecordsClient = Pick<ControlClient, 'history' | 'report' | 'differences' | 'sample'>;

/** Responds as the daemon would, from files. */
export function recordsClient(records: Records): RecordsClient {
  // These routes ask for nothing but what records have.
  const handlers = records as Records & ControlHandlers;
  return {
    history: (request = {}) => ROUTES.history.respond(handlers, request),
    report: (request = {}) => ROUTES.report.respond(handlers, request),
    differences: (request = {}) => ROUTES.differences.respond(handlers, request),
    sample: (request) => ROUTES.sample.respond(handlers, request),
  };
}
