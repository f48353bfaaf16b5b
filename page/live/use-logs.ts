import type { ShownLine } from '../../lib/model/logs/shown-line.ts';
import type { LogEvent } from '../../lib/operator/views/log-view.ts';
import { useEffect, useRef, useState } from '../vendor/preact.js';
import { pathOf, Problem } from './api.ts';
import { whenSeen, whileSeen } from './seen.ts';
import { followStream } from './stream.ts';

/** Kept of each side; the newest. */
const MAX_LINES = 1000;
const FIRST_LINES = 200;
/** Lines come in bursts: they are drawn together. */
const DRAW_MS = 250;
const AGAIN_MS = 3000;

export type LogSide = 'running' | 'testing';

/** The lines of one side as they come; while paused, what is shown stays and the rest is kept for later. */
export function useLogs(
  of: LogSide,
  level: string,
  isPaused: boolean,
  isThere: boolean,
): { readonly lines: readonly ShownLine[]; readonly problem: string } {
  const [shown, show] = useState<{ lines: readonly ShownLine[]; problem: string }>({
    lines: [],
    problem: '',
  });
  const paused = useRef(isPaused);
  paused.current = isPaused;
  useEffect(() => {
    const end = new AbortController();
    let lines: ShownLine[] = [];
    let problem = '';
    let isNew = true;
    const draw = setInterval(() => {
      if (!isNew || paused.current || document.hidden) return;
      isNew = false;
      show({ lines: [...lines], problem });
    }, DRAW_MS);
    const take = (event: LogEvent): void => {
      if ('line' in event) lines = [...lines.slice(1 - MAX_LINES), event.line];
      if ('problem' in event) problem = event.problem;
      if ('skipped' in event) problem = `${event.skipped.bytes} bytes came too fast to be shown`;
      isNew = true;
    };
    const follow = async (): Promise<void> => {
      while (!end.signal.aborted) {
        await whenSeen(end.signal);
        lines = [];
        const path = pathOf('/v1/logs', { of, follow: '1', limit: FIRST_LINES, level });
        try {
          await whileSeen(end.signal, (signal) =>
            followStream(path, ({ data }) => take(data as LogEvent), signal),
          );
        } catch (error) {
          problem = error instanceof Problem ? error.message : '';
          isNew = true;
        }
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    };
    // Of a role that nobody has there is no log, which the daemon would say as an error.
    if (isThere) void follow();
    return () => {
      end.abort();
      clearInterval(draw);
    };
  }, [of, level, isThere]);
  return shown;
}
