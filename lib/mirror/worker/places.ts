/** The responses of running and testing are both held until they have been compared. */
const RESPONSES = 2;

/** The places of copies under way: bounded in number, and in bytes with the expected responses. */
export class Places {
  readonly #limits: { readonly count: number; readonly bytes: number };
  #count = 0;
  #bytes = 0;

  constructor(limits: { readonly count: number; readonly bytes: number }) {
    this.#limits = limits;
  }

  /** How many are taken. */
  get taken(): number {
    return this.#count;
  }

  /** Testing's response is expected to be as large as running's; a single copy always has a place. */
  hasRoom(bytes: number): boolean {
    if (this.#count === 0) return true;
    const isBytesLeft = this.#bytes + RESPONSES * bytes <= this.#limits.bytes;
    return isBytesLeft && this.#count < this.#limits.count;
  }

  take(bytes: number): void {
    this.#count++;
    this.#bytes += RESPONSES * bytes;
  }

  giveBack(bytes: number): void {
    this.#count--;
    this.#bytes -= RESPONSES * bytes;
  }

  clear(): void {
    this.#count = 0;
  }
}
