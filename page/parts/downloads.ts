import { keep } from '../live/api.ts';
import { useLive } from '../live/store.ts';
import { html, type VNode } from '../vendor/preact.js';
import { notify } from './notice.ts';

const FILES = [
  { file: 'report.md', label: 'Report as text' },
  { file: 'report.json', label: 'Report as JSON' },
  { file: 'samples.jsonl', label: 'Samples' },
  { file: 'evidence.json', label: 'Evidence over time' },
] as const;

/** What is known of a version, to keep: out of its folder or its archive. */
export function Downloads({ version }: { version: string }): VNode {
  const isAllowed = useLive((live) => live.access === 'full' && live.gone === null);
  const why = isAllowed
    ? undefined
    : 'No permission: this needs the token of admin.token, or vili dashboard';
  const get = (file: string): void => {
    keep('/v1/download', { version, file }).catch((error: unknown) =>
      notify(error instanceof Error ? error.message : String(error)),
    );
  };
  return html`<h3>Download</h3><div class="buttons">${FILES.map(
    ({ file, label }) => html`<button type="button" data-file=${file} disabled=${!isAllowed}
      title=${why} onClick=${() => get(file)}>${label}</button>`,
  )}</div>`;
}
