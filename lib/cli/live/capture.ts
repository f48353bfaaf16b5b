import { EXIT, UsageError, ViliError } from '../../errors.ts';
import {
  type CaptureEvent,
  DEFAULT_CAPTURE_MS,
  MAX_CAPTURE_MS,
} from '../../model/trace/capture.ts';
import { shortDuration } from '../../text/times.ts';
import type { CommandContext } from '../command.ts';
import { printable } from '../text/printable.ts';
import { traceLine } from '../text/trace.ts';

export interface CaptureFlags {
  readonly capture: string;
  readonly for?: number | undefined;
  readonly limit?: number | undefined;
}

/** `vili trace --capture`: until its time is over, ^C, or the reader of the output goes away. Exits with 0, after ^C with 130. */
export async function captureMessages(
  { client, printer, io, json }: CommandContext,
  { capture, for: forMs = DEFAULT_CAPTURE_MS, limit }: CaptureFlags,
): Promise<number> {
  if (forMs > MAX_CAPTURE_MS) {
    const most = shortDuration(MAX_CAPTURE_MS);
    throw new UsageError(`--for is ${shortDuration(forMs)}, a capture takes at most ${most}`);
  }
  const over = new AbortController();
  let captured = 0;
  const print = (event: CaptureEvent): void => {
    if ('capturing' in event) {
      const text = `capturing the messages to ${event.capturing} for ${shortDuration(event.forMs)}`;
      printer.talk(printable(text));
    } else if ('record' in event) {
      captured += 1;
      if (json) printer.jsonLine(event.record);
      else {
        const { payload = '', ...record } = event.record;
        printer.data([traceLine(record, printer.colors), `    ${printable(payload)}`]);
      }
    } else {
      const enough = event.ended === 'limit' ? ', the limit' : '';
      printer.talk(`captured ${captured}${enough}`);
      over.abort();
    }
  };
  const request = { capture, by: io.user, forMs, messages: limit };
  const until = AbortSignal.any([io.signal, printer.gone, over.signal]);
  await client.captureTrace(request, print, until);
  if (over.signal.aborted || printer.gone.aborted) return EXIT.ok;
  if (io.signal.aborted) return EXIT.interrupted;
  throw new ViliError('VILI_DAEMON_UNREACHABLE', 'the daemon ended the stream', {
    exitCode: EXIT.unreachable,
  });
}
