import type { ActKind } from './handlers.ts';
import { flag, requiredOneOf, requiredText, text } from './parameters.ts';
import { json } from './route.ts';

/** What people can ask for; each is in the history with who and why. */
export const ACT_ROUTES = {
  promote: json({
    method: 'POST',
    path: '/v1/promote',
    request: {
      by: requiredText('who asks, such as `ann@host`'),
      version: text('name or number of a version; default: the one under test'),
      reason: text('kept in the history'),
      steps: text(
        'a growing share of the users first, such as `5% 2m, 25% 5m`; `default`: `promotion.steps`',
      ),
    },
    doc: '`{ "version": …, "effect": … }`',
    respond: (handlers, request) => handlers.act('promote', request),
  }),
  reject: act('reject', 'the one under test'),
  retest: act('retest', 'the one under test, else the one rejected last'),
  rollback: json({
    method: 'POST',
    path: '/v1/rollback',
    request: {
      by: requiredText('who asks, such as `ann@host`'),
      version: text('name or number of a version; default: the previous one'),
      reason: text('kept in the history'),
      dryRun: flag('`true`: say the steps and do nothing'),
    },
    doc: '`{ "version": …, "effect": …, "steps": […] }`',
    respond: (handlers, request) => handlers.act('rollback', request),
  }),
  restart: json({
    method: 'POST',
    path: '/v1/restart',
    request: {
      by: requiredText('who asks, such as `ann@host`'),
      role: requiredOneOf('whose process', ['running', 'testing']),
      reason: text('kept in the history'),
    },
    doc: '`{ "version": …, "effect": … }`',
    respond: (handlers, request) => handlers.act('restart', request),
  }),
  stop: hold('stop'),
  pause: hold('pause'),
  resume: hold('resume'),
  accept: json({
    method: 'POST',
    path: '/v1/accept',
    request: {
      by: requiredText('who asks, such as `ann@host`'),
      path: requiredText('what is accepted: the `accept` of a reason, such as `$.price`'),
      version: text('name or number of a version; default: the one under test'),
      reason: text('kept in the history'),
    },
    doc: '`{ "version": …, "effect": … }`',
    respond: (handlers, request) => handlers.act('accept', request),
  }),
};

// Private

function act(kind: ActKind, usual: string) {
  return json({
    method: 'POST',
    path: `/v1/${kind}`,
    request: {
      by: requiredText('who asks, such as `ann@host`'),
      version: text(`name or number of a version; default: ${usual}`),
      reason: text('kept in the history'),
    },
    doc: '`{ "version": …, "effect": … }`',
    respond: (handlers, request) => handlers.act(kind, request),
  });
}

/** An act on no version. */
function hold(kind: 'pause' | 'resume' | 'stop') {
  return json({
    method: 'POST',
    path: `/v1/${kind}`,
    request: {
      by: requiredText('who asks, such as `ann@host`'),
      reason: text('kept in the history'),
    },
    doc: '`{ "version": …, "effect": … }`; `version` is what runs',
    respond: (handlers, request) => handlers.act(kind, request),
  });
}
