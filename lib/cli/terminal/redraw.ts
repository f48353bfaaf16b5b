import type { CliIo } from './io.ts';

/** To the first column, so many lines up, and clear from there. */
const back = (lines: number): string => `\r${lines > 0 ? `\u001b[${lines}A` : ''}\u001b[J`;

/**
 * A block of lines that is drawn again in its place. One that is higher than the terminal is cut, since a terminal
 * cannot go back to what has scrolled away.
 */
export class Redraw {
  readonly #io: CliIo;
  #drawn = 0;

  constructor(io: CliIo) {
    this.#io = io;
  }

  draw(lines: readonly string[]): void {
    const room = Math.max(1, this.#io.rows - 1);
    const rest = lines.length - room + 1;
    const shown =
      lines.length <= room ? lines : [...lines.slice(0, room - 1), `… ${rest} more lines`];
    this.#io.stdout.write(`${back(this.#drawn)}${shown.join('\n')}\n`);
    this.#drawn = shown.length;
  }
}
