import { text } from './parameters.ts';
import { json } from './route.ts';

const VERSION = text('name or number of a version; default: under test, else decided last');

/** What a verdict is made of, for people who want to see for themselves. */
export const EVIDENCE_ROUTES = {
  evidence: json({
    method: 'GET',
    path: '/v1/evidence',
    isOpen: true,
    request: { version: VERSION },
    doc: 'how the evidence grew (`vili.evidence/1`): odds over time with the thresholds, at most 360 points; `null` when nothing is known',
    respond: async (handlers, { version }) => (await handlers.course(version))?.evidence ?? null,
  }),
  endpoints: json({
    method: 'GET',
    path: '/v1/endpoints',
    request: { version: VERSION },
    doc: 'both sides of each endpoint (`vili.endpoints/1`): traffic, pairs, failures, times, and what it still lacks; at most 500; `null` when nothing is known',
    respond: async (handlers, { version }) => (await handlers.course(version))?.endpoints ?? null,
  }),
};
