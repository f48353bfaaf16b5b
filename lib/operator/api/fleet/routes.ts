import { requiredOneOf, requiredText, text } from '../parameters.ts';
import { json } from '../route.ts';

/** Several hosts that decide together. */
export const FLEET_ROUTES = {
  fleet: json({
    method: 'GET',
    path: '/v1/fleet',
    isOpen: true,
    request: {},
    doc: '[`vili.fleet/1`](fleet.md#vili-fleet---json): the rollout, its hosts and who leads, or `null` without `fleet.endpoints`',
    respond: (handlers) => handlers.fleet(),
  }),
  askFleet: json({
    method: 'POST',
    path: '/v1/fleet',
    request: {
      act: requiredOneOf('what is asked for', ['pause', 'resume', 'promote', 'reject']),
      by: requiredText('who asks, such as `ann@host`'),
      version: text('name or number of a version; default: the one of the rollout'),
      reason: text('told to people, and kept in the history of the host that leads'),
    },
    doc: '`{ "version": …, "effect": … }`; the host that leads carries it out',
    respond: (handlers, request) => handlers.askFleet(request),
  }),
};
