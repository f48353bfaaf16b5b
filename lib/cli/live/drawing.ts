import type { CommandContext } from '../command.ts';
import { Redraw } from '../terminal/redraw.ts';
import type { TextOptions } from '../text/colors.ts';

/** How a view is shown again and again: in place on a terminal, else by `line`; with `--json` each is a line of JSON. */
export function drawing<View>(
  { json, printer, io, text }: CommandContext,
  block: (view: View, options: TextOptions) => readonly string[],
  line: (view: View) => void,
): (view: View) => void {
  if (json) return (view) => printer.jsonLine(view);
  if (!io.isTerminal.stdout || io.env['TERM'] === 'dumb') return line;
  const redraw = new Redraw(io);
  return (view) => redraw.draw(block(view, { ...text, nowMs: io.now() }));
}
