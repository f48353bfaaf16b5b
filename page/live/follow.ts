import type { HistoryEntry } from '../../lib/model/history.ts';
import type { StatusView } from '../../lib/operator/views/status-view.ts';
import { get, Problem } from './api.ts';
import { whenSeen, whileSeen } from './seen.ts';
import { isKnown } from './session.ts';
import { liveNow, update } from './store.ts';
import { followStream, type ServerEvent } from './stream.ts';

const STATUS_MS = 1000;
/** While nobody sees the page, or there is nothing to be seen. */
const HIDDEN_MS = 10_000;
const AGAIN_MS = 2000;
/** Of the history. */
const KEPT_ENTRIES = 500;

let timer: ReturnType<typeof setTimeout> | undefined;
/** Whether something may have happened that the page was not told. */
let isBehind = true;
/** What it was told while it asked for the history. */
let told: readonly HistoryEntry[] = [];

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
    const isIdle = document.hidden || liveNow().access === 'none';
    timer = setTimeout(look, isIdle ? HIDDEN_MS : STATUS_MS);
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
    if (isBehind || access === 'unknown' || access === 'none' || gone !== null) await askHistory();
  } catch (error) {
    take(error);
  }
}

/** Who got in with a token or by the link may see everything, so that nothing is asked only to be refused. */
async function askHistory(): Promise<void> {
  const access = isKnown() ? 'full' : 'open';
  told = [];
  const history = await get<readonly HistoryEntry[]>('/v1/history', { limit: KEPT_ENTRIES });
  isBehind = false;
  const { happened } = liveNow();
  update({ access, history: withMore(history, told), happened: happened + 1 });
}

/** An entry can be in the history and come as an event. */
function withMore(
  history: readonly HistoryEntry[],
  more: readonly HistoryEntry[],
): readonly HistoryEntry[] {
  const isIn = ({ at, event, version }: HistoryEntry): boolean =>
    history.some((one) => one.at === at && one.event === event && one.version === version);
  return [...history, ...more.filter((entry) => !isIn(entry))].slice(-KEPT_ENTRIES);
}

function take(error: unknown): void {
  if (!(error instanceof Problem)) throw error;
  if (error.isDenied || error.status === 421) {
    const takesToken = error.code !== 'VILI_NO_LINK';
    update({ access: 'none', refusal: error.message, takesToken, gone: null });
    return;
  }
  const { gone } = liveNow();
  const text = error.isGone ? 'Vili does not respond' : error.message;
  update({ gone: { sinceMs: gone?.sinceMs ?? Date.now(), text } });
}

async function followEvents(): Promise<void> {
  const forever = new AbortController().signal;
  for (;;) {
    await whenSeen(forever);
    if (liveNow().access !== 'none') {
      await whileSeen(forever, (signal) =>
        followStream('/v1/events', takeEvent, signal, caughtUp),
      ).catch(() => {});
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/** From here on everything is told; what happened before is in the history. */
function caughtUp(): void {
  isBehind = true;
  look();
}

function takeEvent({ data }: ServerEvent): void {
  const { history, happened } = liveNow();
  const entry = data as HistoryEntry;
  told = [...told, entry].slice(-KEPT_ENTRIES);
  update({ history: withMore(history, [entry]), happened: happened + 1 });
  look();
}
