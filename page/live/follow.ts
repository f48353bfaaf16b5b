import type { HistoryEntry } from '../../lib/model/history.ts';
import type { StatusView } from '../../lib/operator/views/status-view.ts';
import { get, Problem } from './api.ts';
import { isKnown } from './session.ts';
import { liveNow, update } from './store.ts';
import { followStream } from './stream.ts';

const STATUS_MS = 1000;
/** While nobody sees the page, and while the daemon is gone. */
const HIDDEN_MS = 10_000;
const AGAIN_MS = 2000;
/** Of the history. */
const KEPT_ENTRIES = 500;

let timer: ReturnType<typeof setTimeout> | undefined;
let lastId: string | null = null;

/** Keeps the shared state as it is at the daemon, for as long as the page is open, over restarts of the daemon. */
export function followDaemon(): void {
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) look();
  });
  look();
  void followEvents();
}

/** Looks now: after an act, or with another token. */
export function look(): void {
  clearTimeout(timer);
  void askStatus().finally(() => {
    clearTimeout(timer);
    timer = setTimeout(look, document.hidden ? HIDDEN_MS : STATUS_MS);
  });
}

/** Asks anew what may be seen. */
export function lookAgain(): void {
  update({ access: 'unknown', refusal: '' });
  look();
}

// Private

async function askStatus(): Promise<void> {
  try {
    const status = await get<StatusView>('/v1/status');
    const { access, gone } = liveNow();
    update({ status, gone: null });
    if (access === 'unknown' || access === 'none' || gone !== null) await askHistory();
  } catch (error) {
    take(error);
  }
}

/** Who got in with a token or by the link may see everything, so that nothing is asked only to be refused. */
async function askHistory(): Promise<void> {
  const access = isKnown() ? 'full' : 'open';
  const history = await get<readonly HistoryEntry[]>('/v1/history', { limit: KEPT_ENTRIES });
  const { happened } = liveNow();
  update({ access, history, happened: happened + 1 });
}

function take(error: unknown): void {
  if (!(error instanceof Problem)) throw error;
  if (error.isDenied || error.status === 421) {
    update({ access: 'none', refusal: error.message, gone: null });
    return;
  }
  const { gone } = liveNow();
  const text = error.isGone ? 'Vili does not respond' : error.message;
  update({ gone: { sinceMs: gone?.sinceMs ?? Date.now(), text } });
}

async function followEvents(): Promise<void> {
  const forever = new AbortController();
  for (;;) {
    if (!document.hidden && liveNow().access !== 'none') {
      await followStream('/v1/events', lastId, takeEvent, forever.signal).catch(() => {});
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

function takeEvent({ id, name, data }: Parameters<Parameters<typeof followStream>[2]>[0]): void {
  if (id !== null) lastId = id;
  const { history, happened } = liveNow();
  const more = name === 'gap' ? [] : [data as HistoryEntry];
  update({ history: [...history, ...more].slice(-KEPT_ENTRIES), happened: happened + 1 });
  look();
}
