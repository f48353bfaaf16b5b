import { post } from '../live/api.ts';
import { byOf } from '../live/session.ts';
import { useLive } from '../live/store.ts';
import { sentence, shown } from '../text/show.ts';
import { html, useState, type VNode } from '../vendor/preact.js';
import { State } from './basic.ts';

/** `vili.replay/1`: what came of sending a sample again. */
interface Replayed {
  readonly outcome: 'same' | 'differs' | 'worse' | 'skipped';
  readonly text: string;
}

/** Sends the request of a sample again, to the version under test only, and says what came of it. */
export function Replay({ id, version }: { id: string; version: string }): VNode {
  const canAct = useLive((live) => live.access === 'full' && live.status?.testing != null);
  const [result, setResult] = useState<Replayed | string | null>(null);
  const send = async (): Promise<void> => {
    setResult('…');
    try {
      const body = {
        by: byOf() || 'dashboard',
        sample: id,
        to: 'testing',
        ...(version === '' ? {} : { version }),
      };
      setResult(await post<Replayed>('/v1/replay/run', body));
    } catch (error) {
      setResult(error instanceof Error ? error.message : String(error));
    }
  };
  const why = canAct
    ? 'sends it once more to testing, never to running'
    : 'nothing is under test, or no permission';
  return html`<button type="button" data-act="replay" disabled=${!canAct} title=${why} onClick=${() => void send()}>Replay against testing</button>
    <span role="status">${
      result === null
        ? null
        : typeof result === 'string'
          ? shown(result)
          : html`<${State} tone=${result.outcome === 'same' ? 'good' : result.outcome === 'worse' ? 'bad' : 'careful'} word=${result.outcome} /> ${sentence(result.text)}`
    }</span>`;
}
