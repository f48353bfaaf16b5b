import type { ShownLine } from '../../lib/model/logs/shown-line.ts';
import { useLive } from '../live/store.ts';
import { type LogSide, useLogs } from '../live/use-logs.ts';
import { valueOf } from '../parts/act-dialog.ts';
import { Card, NoPermission, State } from '../parts/basic.ts';
import { addressOf, type Route } from '../route.ts';
import { piecesOf } from '../text/ansi.ts';
import { localTime, shown, utc } from '../text/show.ts';
import { html, useState, type VNode } from '../vendor/preact.js';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
const SIDES = ['running', 'testing'] as const;
/** Drawn at once; the newest. */
const MAX_ROWS = 400;

interface Line {
  readonly of: LogSide;
  readonly line: ShownLine;
}

/** What both log, side by side, each line at its time. */
export function Logs({ route }: { route: Route }): VNode {
  const access = useLive((live) => live.access);
  if (access === 'open')
    return html`<${Card} title="Logs" wide><${NoPermission} what="log lines" /><//>`;
  return html`<${Tails} id=${route.query.get('id') ?? ''} />`;
}

// Private

function Tails({ id }: { id: string }): VNode {
  const [level, setLevel] = useState('');
  const [search, setSearch] = useState('');
  const [isPaused, pause] = useState(false);
  const isRunning = useLive((live) => live.status?.running != null);
  const isTesting = useLive((live) => live.status?.testing != null);
  const running = useLogs('running', level, isPaused, isRunning);
  const testing = useLogs('testing', level, isPaused, isTesting);
  const wanted = [search.toLowerCase(), id.toLowerCase()].filter((text) => text !== '');
  const rows = inTime(running.lines, testing.lines)
    .filter(({ line }) => wanted.every((text) => line.text.toLowerCase().includes(text)))
    .slice(-MAX_ROWS);
  const choices = html`<span class="choices">
    <label class="inline">Level <select value=${level} onChange=${(event: Event) => setLevel(valueOf(event))}>
      <option value="">all</option>${LEVELS.map((one) => html`<option value=${one}>${one} and worse</option>`)}</select></label>
    <label class="inline">Find <input type="search" value=${search} onInput=${(event: Event) => setSearch(valueOf(event))} /></label>
    <button type="button" aria-pressed=${isPaused} onClick=${() => pause(!isPaused)}>${isPaused ? 'Go on' : 'Pause'}</button>
    ${id !== '' && html`<a href=${addressOf('logs')}>All requests</a>`}
  </span>`;
  return html`<${Card} title=${id === '' ? 'Logs' : `Logs of request ${shown(id)}`} aside=${choices} wide>
    ${[running, testing].map(({ problem }, at) =>
      problem === '' ? null : html`<p class="quiet-text">${SIDES[at]}: ${shown(problem)}</p>`,
    )}
    <div class="scroll tall logs" tabindex="0" role="region" aria-label="Log lines of both, by time"><table class="stack">
      <thead><tr><th scope="col">time</th><th scope="col">running</th><th scope="col">testing</th></tr></thead>
      <tbody>${rows.toReversed().map((row) => html`<${LogRow} row=${row} />`)}</tbody>
    </table></div>
    ${rows.length === 0 ? html`<p class="empty">No line yet${wanted.length > 0 || level !== '' ? ' that fits' : ''}.</p>` : null}
  <//>`;
}

/** Merged by time; a line that does not say when stands after the one before it. */
function inTime(running: readonly ShownLine[], testing: readonly ShownLine[]): readonly Line[] {
  const timed = (of: LogSide, lines: readonly ShownLine[]): { at: number; row: Line }[] => {
    let at = 0;
    return lines.map((line) => {
      at = line.at === null ? at : Date.parse(line.at) || at;
      return { at, row: { of, line } };
    });
  };
  return [...timed('running', running), ...timed('testing', testing)]
    .sort((left, right) => left.at - right.at)
    .map(({ row }) => row);
}

function LogRow({ row: { of, line } }: { row: Line }): VNode {
  const { at, level, text, message, stack, requestId } = line;
  const kind = LEVELS.find((one) => one === level) ?? 'unknown';
  const cell = html`<td class="line" data-name=${of}><span class=${`level ${kind}`}>${kind === 'error' || kind === 'fatal' ? html`<${State} tone="bad" word=${kind} />` : kind}</span>${' '}
    <bdi title=${shown(text)}>${piecesOf(message ?? text).map(({ text: piece, classes }) => html`<span class=${classes}>${shown(piece)}</span>`)}</bdi>
    ${requestId ? html` <a href=${addressOf('logs', '', { id: requestId })} title=${`what both log of request ${shown(requestId)}`}>request</a>` : null}
    ${
      stack === null
        ? null
        : html`<details><summary>stack</summary><pre>${stack
            .split('\n')
            .slice(0, 50)
            .map((one) => `${shown(one)}\n`)}</pre></details>`
    }</td>`;
  const none = html`<td></td>`;
  return html`<tr><td class="bare">${at === null ? '' : html`<time datetime=${at} title=${utc(at)}>${localTime(at)}</time>`}</td>
    ${of === 'running' ? cell : none}${of === 'testing' ? cell : none}</tr>`;
}
