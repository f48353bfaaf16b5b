import { CONTROL_LIMITS } from '../server/control-server.ts';
import { MAX_BEHIND_BYTES } from '../server/event-stream.ts';
import { MAX_DOWNLOADS } from '../server/send-file.ts';
import type { Route } from './route.ts';
import { ROUTE_LIST } from './routes.ts';

/** The page `docs/api.md`. */
export function renderApiPage(): string {
  const { maxConnections, maxStreams, maxBodyBytes, idleMs, heartbeatMs } = CONTROL_LIMITS;
  return `# Control API

Written by \`npm run docs\` from the routes in \`lib/operator/api\`; do not edit.

The daemon listens on \`BASE/.vili/vili.sock\`, mode 0600: HTTP/1.1 and JSON, for the user Vili runs as.
The command line uses nothing else.

\`\`\`
curl -s --unix-socket .vili/vili.sock http://vili/v1/status
\`\`\`

## Over TCP

Nothing listens on a TCP port unless \`admin.listen\` is set. There the same API is, beside the [dashboard](dashboard.md), by these rules:

- With \`Authorization: Bearer TOKEN\`, the token of \`admin.token\`, everything is there. A wrong token is a 401, also where none is
  needed; after 10 of them an address waits.
- Without it, and on a loopback address only, the routes marked *open* are there: nothing that users sent, and no act. Every
  account of the host can read them.
- An address that is not loopback needs \`admin.token\`, or Vili does not start. \`admin.cert\` and \`admin.key\` (PEM) give TLS; without
  them the token goes in the clear.
- A request with an \`Origin\` of another page, or marked cross-site by a browser, is refused (403); so is, without the token,
  a \`Host\` that is neither an address nor \`localhost\` (421, DNS rebinding).
- 50 requests/s in the long run, 200 at once (429); files of the dashboard have an allowance of their own.
- In the history of an act, the address follows who asked: \`ann@laptop from 10.0.0.7\`.

\`\`\`
curl -s -H "Authorization: Bearer $TOKEN" http://127.0.0.1:9600/v1/report
vili status --url http://127.0.0.1:9600 --token-file ~/.vili-token
\`\`\`

## Routes

| route | request | response |
|---|---|---|
${ROUTE_LIST.map(tableRow).join('\n')}

The request of a \`GET\` is its query, the request of a \`POST\` a JSON object. Parameters in *italics* are
required. \`HEAD\` counts as \`GET\`.

The acts (\`promote\`, \`reject\` and those below) respond once the act has begun, with
\`{ "version": "inventory-1.5.0", "effect": "inventory-1.5.0 is being promoted" }\`; \`/v1/events\` reports its end.
\`retest\` takes a version that was rejected or superseded and whose server file is still in the base.

A trace record has \`id atMs from to type correlation waitMs handledMs outcome\`, and \`payload\` where it is
captured. Of logs there are at most 4 streams, each with at most 256 KiB of lines a second and file.

\`vili.evidence/1\` has \`version against startedAt stepMs thresholds { reject promote }\` and \`points\`: lists of the same
length, \`elapsedMs pairs oddsWorse oddsFit progress\` and \`bySignal\` by code. \`oddsWorse\` rejects at \`thresholds.reject\`, and a
promotion needs \`oddsFit\`, that testing does not fail more often than it may, at \`thresholds.promote\`, and what \`missing\` says.
\`vili.endpoints/1\` has \`version against requests bounds\` and \`endpoints\`, each with
\`endpoint requests share pairs worse better held needs\` and, for \`running\` and \`testing\`, \`failed clientErrors ms\`: responses by
time, in bins up to each of \`bounds\` (ms) and one beyond. Both are in \`evidence.json\` in a version's folder once it is decided.

\`/v1/ignore\` responds with \`file line before after rule effect\`: the rule goes to \`compare.rules\` where that is set, since
\`.env\` outranks \`vili.yaml\`; else to \`vili.yaml\` if there is one, else to \`.env\`. A comment names who added it, and when. The rest
of the file stays byte for byte, and a file that would then not be read back with exactly that rule is not written. Where a variable
or the command line sets the rules it is a 409. \`/v1/replay/run\` has a thread of its own and never sends to running what is not safe.

\`/v1/download\` responds with \`Content-Disposition: attachment\`. At most ${MAX_DOWNLOADS} are sent at a time (503), each as fast as it is taken;
who takes nothing for ${idleMs / 1000} s is cut off. What of samples in an archive is beyond 64 MiB is left out.

\`\`\`
curl -OJ -H "Authorization: Bearer $TOKEN" 'http://127.0.0.1:9600/v1/download?version=1.5.0&file=samples.jsonl'
\`\`\`

A description for tools, OpenAPI 3.1, is at \`/v1/openapi.json\` and in \`docs/openapi.json\`.

## Live events

Events are server-sent events: a stream begins with the comment \`: listening\`, and each event is one \`data:\` line of
JSON. A stream without events sends a comment every ${heartbeatMs / 1000} s.

\`\`\`
curl -sN --unix-socket .vili/vili.sock 'http://vili/v1/events?limit=10'
\`\`\`

The events of \`/v1/events\` have ids, which stay the same over restarts of Vili. A client that connects again with
\`Last-Event-ID\` gets what it missed, out of the history. Where that no longer reaches back so far, an event named \`gap\`
comes first, \`{ "gapAfter": "ID" }\`, then whatever happened later and is known.

## Errors

An error is \`application/problem+json\` (RFC 9457); \`code\` is stable, \`detail\` is for people.

\`\`\`
{"type":"about:blank","title":"Conflict","status":409,"detail":"no version is under test","code":"VILI_REFUSED"}
\`\`\`

| status | codes |
|---|---|
| 400 | \`VILI_BAD_REQUEST\` |
| 401 | \`VILI_NO_TOKEN\`, \`VILI_WRONG_TOKEN\` |
| 403, 421 | \`VILI_WRONG_ORIGIN\`, \`VILI_WRONG_HOST\` |
| 404 | \`VILI_NO_ROUTE\`, \`VILI_NO_SAMPLE\`, \`VILI_NO_REPORT\` |
| 405 | \`VILI_WRONG_METHOD\` |
| 409 | \`VILI_REFUSED\`: not possible now |
| 422 | \`VILI_RELOAD_FAILED\`: the settings are wrong and stay as they are |
| 502 | \`VILI_REPLAY_FAILED\` |
| 413 | \`VILI_BODY_TOO_LARGE\` |
| 429 | \`VILI_TOO_MANY_REQUESTS\`, \`VILI_TOO_MANY_TOKENS\` |
| 503 | \`VILI_TOO_MANY_STREAMS\` |
| 504 | \`VILI_ASK_TIMEOUT\`: an actor did not reply (3 s; acts 10 s); see \`vili tree\` |
| 500 | anything else; the details of \`VILI_INTERNAL\` are in Vili's log |

## Limits

${maxConnections} connections (streams count, of which there are at most ${maxStreams}), bodies up to ${maxBodyBytes / 1024} KiB, ${idleMs / 1000} s for a request and for an idle
connection. A stream whose reader is more than ${MAX_BEHIND_BYTES / 1024 ** 2} MiB behind is cut; connect again.
`;
}

// Private

function tableRow(route: Route): string {
  const { method, path, selectedBy, doc } = route;
  const query = selectedBy === undefined ? '' : `?${selectedBy}=`;
  const parameters = Object.entries(route.request).map(([name, parameter]) => {
    const mark = parameter.required ? '*' : '';
    return `${mark}\`${name}\`${mark}: ${parameter.doc}`;
  });
  const events = 'subscribe' in route ? ', as events' : '';
  const open = route.isOpen === true ? ' *open*' : '';
  return `| \`${method} ${path}${query}\`${open} | ${parameters.join('<br>')} | ${doc}${events} |`;
}
