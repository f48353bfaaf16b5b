import { jsonLines } from '../../lib/cli/text/json-lines.ts';
import { type DiffLine, diffLines } from '../../lib/cli/text/line-diff.ts';
import type { SampleBody } from '../../lib/compare/sample/sample.ts';
import { pairsOf } from '../../lib/model/headers.ts';
import { lazily } from '../live/lazily.ts';
import { shown } from '../text/show.ts';
import { html, useEffect, useState, type VNode } from '../vendor/preact.js';

/** Longer lines are highlighted whole. */
const MAX_WORDS = 2000;
const MAX_EDITS = 500;

/** A line of each side; null where the other one has none like it. */
interface Row {
  readonly left: string | null;
  readonly right: string | null;
}

/** Both bodies side by side: JSON by structure, its keys in the order of running's, anything else by line. */
export function BodyLines({
  running,
  testing,
}: {
  running: SampleBody | null;
  testing: SampleBody | null;
}): VNode {
  const [left, right] = [linesOf(running), linesOf(testing, running)];
  if (left.length + right.length === 0) return html`<p class="empty">Both are empty.</p>`;
  return html`<${Sides} rows=${rowsOf(diffLines(left, right))} />`;
}

export function HeaderLines({
  running,
  testing,
}: {
  running: readonly string[];
  testing: readonly string[];
}): VNode {
  const lines = (headers: readonly string[]): string[] =>
    [...pairsOf(headers)].map(([name, value]) => `${name.toLowerCase()}: ${value}`).sort();
  const rows = rowsOf(diffLines(lines(running), lines(testing)));
  return rows.length === 0 ? html`<p class="empty">None.</p>` : html`<${Sides} rows=${rows} />`;
}

// Private

function linesOf(body: SampleBody | null, like: SampleBody | null = null): readonly string[] {
  if (body?.hash !== undefined) return [`(not kept: ${body.bytes} bytes, ${body.hash})`];
  if (body === null || body.text === '') return [];
  return (body.cut ? null : jsonLines(body.text, like?.text)) ?? body.text.split('\n');
}

/** What was removed and added at one place stands in the same rows. */
function rowsOf(lines: readonly DiffLine[]): readonly Row[] {
  const rows: Row[] = [];
  let [removed, added]: [string[], string[]] = [[], []];
  const flush = (): void => {
    for (let at = 0; at < Math.max(removed.length, added.length); at++) {
      rows.push({ left: removed[at] ?? null, right: added[at] ?? null });
    }
    [removed, added] = [[], []];
  };
  for (const { mark, text } of lines) {
    if (mark === '-') removed.push(text);
    else if (mark === '+') added.push(text);
    else {
      flush();
      rows.push({ left: text, right: text });
    }
  }
  flush();
  return rows;
}

function Sides({ rows }: { rows: readonly Row[] }): VNode {
  const [, loaded] = useState(false);
  useEffect(() => {
    // Without it lines are marked whole.
    lazily(() => import('../vendor/diff.js'), '/page/vendor/diff.js').then(
      () => loaded(true),
      () => {},
    );
  }, []);
  return html`<div class="scroll tall" tabindex="0" role="region" aria-label="Running and testing side by side"><table class="diff">
    <thead class="unseen"><tr><th scope="col">running</th><th scope="col">testing</th></tr></thead>
    <tbody>${rows.map(({ left, right }) =>
      left === right
        ? html`<tr><td><code>${shownLine(left)}</code></td><td><code>${shownLine(right)}</code></td></tr>`
        : html`<tr class="differs"><td class=${left === null ? 'nothing' : 'removed'}>${half(left, right, 'removed')}</td>
            <td class=${right === null ? 'nothing' : 'added'}>${half(right, left, 'added')}</td></tr>`,
    )}</tbody></table></div>`;
}

/** One side of a row, with the words marked that the other one does not have. */
function half(own: string | null, other: string | null, kind: 'added' | 'removed'): VNode {
  if (own === null) return html`<span class="unseen">nothing</span>`;
  const sign = html`<span class="sign" aria-hidden="true">${kind === 'added' ? '+' : '−'}</span>`;
  const isShort = own.length < MAX_WORDS && other !== null && other.length < MAX_WORDS;
  const parts = isShort
    ? globalThis.Diff?.diffWordsWithSpace(other, own, { maxEditLength: MAX_EDITS })
    : undefined;
  if (parts === undefined) return html`${sign}<code>${shownLine(own)}</code>`;
  return html`${sign}<code>${parts
    .filter(({ removed }) => removed !== true)
    .map(({ value, added }) =>
      added === true ? html`<mark>${shownLine(value)}</mark>` : shownLine(value),
    )}</code>`;
}

/** Indentation is part of a line. */
function shownLine(text: string | null): string {
  return shown((text ?? '').replaceAll('\t', '  '));
}
