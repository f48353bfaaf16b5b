/** A page that is looked away from for less than this, ms, goes on as if it were seen. */
const GRACE_MS = 3000;

/** Resolves when the page is seen: at once, or when somebody comes back to it; also when `end` is aborted. */
export function whenSeen(end: AbortSignal): Promise<void> {
  if (!document.hidden || end.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const look = (): void => {
      if (document.hidden && !end.aborted) return;
      document.removeEventListener('visibilitychange', look);
      end.removeEventListener('abort', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
    end.addEventListener('abort', look);
  });
}

/**
 * Runs `use` with a signal that is aborted once nobody has seen the page for a while, or with `end`. A browser has six connections to
 * one daemon, for all its tabs: the streams of those in the background would leave none for the one that is looked at.
 */
export async function whileSeen(
  end: AbortSignal,
  use: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const unseen = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(() => unseen.abort(), GRACE_MS);
  };
  document.addEventListener('visibilitychange', look);
  look();
  try {
    await use(AbortSignal.any([end, unseen.signal]));
  } finally {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', look);
  }
}
