import type { HistoryEntry, HistoryEvent } from '../../lib/model/history.ts';
import { addressOf } from '../route.ts';
import { sentence, shown } from '../text/show.ts';
import { html, type VNode } from '../vendor/preact.js';
import { State, Time, type Tone } from './basic.ts';

const TONES: Partial<Record<HistoryEvent, Tone>> = {
  promoted: 'good',
  rejected: 'bad',
  'rolled-back': 'bad',
  crashed: 'bad',
  refused: 'careful',
  delayed: 'careful',
  paused: 'careful',
  superseded: 'careful',
  testing: 'info',
  stepped: 'info',
  fleet: 'info',
  arrived: 'info',
};

/** `refused` is of a file: one that is not newer than running. */
export function eventWord(event: string): string {
  return event === 'refused' ? 'declined' : event;
}

export function eventTone(event: string): Tone {
  return TONES[event as HistoryEvent] ?? 'quiet';
}

/** What happened, one line each, with who did it and why. */
export function EventLines({ entries }: { entries: readonly HistoryEntry[] }): VNode {
  return html`<ol class="events">
    ${entries.map(
      ({ at, event, version, by, reasons }) => html`<li>
        <${Time} at=${at} />
        <span class="what"><${State} tone=${eventTone(event)} word=${eventWord(event)} />
        ${version === '' ? null : html`<a href=${addressOf('versions', version)}><bdi>${shown(version)}</bdi></a>`}
        ${by === 'vili' ? null : html`<span class="quiet-text">by <bdi>${shown(by)}</bdi></span>`}
        ${reasons.length === 0 ? null : html`<span class="why"><bdi>${reasons.map((one) => sentence(one)).join(' ')}</bdi></span>`}</span>
      </li>`,
    )}
  </ol>`;
}
