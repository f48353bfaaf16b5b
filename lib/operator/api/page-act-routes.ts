import { flag, oneOf, requiredText, text } from './parameters.ts';
import { json } from './route.ts';

/** Acts on evidence: a request sent once more, a difference that is to count no longer. */
export const EVIDENCE_ACT_ROUTES = {
  replayed: json({
    method: 'POST',
    path: '/v1/replay/run',
    request: {
      by: requiredText('who asks, such as `ann@host`'),
      sample: requiredText('id of a sample'),
      version: text('whose sample; default: under test, else decided last'),
      to: oneOf('compared with running, or running with itself before; default `testing`', [
        'testing',
        'running',
      ]),
    },
    doc: 'sends the request of one sample again and compares (`vili.replay/1`); one at a time, in at most 60 s; kept in the history',
    respond: (handlers, request) => handlers.replayed(request),
  }),
  ignore: json({
    method: 'POST',
    path: '/v1/ignore',
    request: {
      by: requiredText('who asks, such as `ann@host`'),
      path: requiredText(
        'what is ignored: `$.price`, `header:NAME` or a place such as `html: main h1`',
      ),
      endpoint: text('where, such as `GET /items/{id}`; default: everywhere'),
      reason: text('kept in the file, and in the history'),
      dryRun: flag('`true`: say what would be written where, and do nothing'),
    },
    doc: 'adds a rule to `compare.rules` in the file in which it takes effect, reads the settings again, and begins the evidence of the test under way anew (`vili.ignore/1`)',
    respond: (handlers, request) => handlers.ignore(request),
  }),
};
