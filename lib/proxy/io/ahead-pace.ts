/** How many requests that were sent ahead begin in one turn of the event loop. */
const BEGUN_MAX = 8;

/**
 * Lets requests that clients sent ahead of their turn begin a few at a time, in the order in which their turns came.
 * Each turn of the event loop also serves those who wait for their responses before they ask again: however many
 * connections have requests queued, such a user waits for a few of them and not for one of each connection. While the
 * loop has little to do its turns are short, so nothing is slowed down.
 */
export class AheadPace {
  private begun = 0;
  private isCounting = false;
  private readonly waiting: (() => void)[] = [];

  /** Calls `begin` now or in one of the next turns of the event loop. */
  next(begin: () => void): void {
    this.count();
    if (this.begun < BEGUN_MAX) {
      this.begun++;
      begin();
    } else this.waiting.push(begin);
  }

  // Private

  private count(): void {
    if (this.isCounting) return;
    this.isCounting = true;
    setImmediate(this.turned);
  }

  private readonly turned = (): void => {
    this.isCounting = false;
    const due = this.waiting.splice(0, BEGUN_MAX);
    this.begun = due.length;
    if (due.length > 0) this.count();
    for (const begin of due) begin();
  };
}
