/** From this share of the connections to running on, they are scarce. */
const SCARCE = 0.5;
/** What one connection of a client may hold then: HTTP/2 can ask for hundreds at once. */
const CONNECTION_SHARE = 1 / 16;
const CONNECTION_MIN = 8;
/** From this share on, the rest is for clients that have less than their fair share. */
const NEARLY_ALL = 7 / 8;

/** Who takes connections to running: one connection of a client, or a client behind a trusted proxy. */
export interface Consumer {
  readonly address: string;
  /** Connections to running that it has. */
  places: number;
}

/** Who has how many of the connections to running, and who may have one more. */
export class Places {
  private readonly max: number;
  private readonly byAddress = new Map<string, number>();
  private taken = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** How many are taken of those that should be left for whoever comes next. */
  get excess(): number {
    return Math.max(0, this.taken - Math.ceil(this.max * NEARLY_ALL));
  }

  /** While there are enough, everybody has what he asks for. */
  mayTake({ address, places }: Consumer): boolean {
    const { max, taken, byAddress } = this;
    if (taken < max * SCARCE) return true;
    if (taken >= max) return false;
    if (places >= Math.max(CONNECTION_MIN, max * CONNECTION_SHARE)) return false;
    if (taken < max * NEARLY_ALL) return true;
    // One more than there are, so that there is something left for the next one.
    return (byAddress.get(address) ?? 0) < max / (byAddress.size + 1);
  }

  take(consumer: Consumer): void {
    const { address } = consumer;
    this.taken++;
    consumer.places++;
    this.byAddress.set(address, (this.byAddress.get(address) ?? 0) + 1);
  }

  giveBack(consumer: Consumer): void {
    const { address } = consumer;
    this.taken--;
    consumer.places--;
    const left = (this.byAddress.get(address) ?? 0) - 1;
    if (left > 0) this.byAddress.set(address, left);
    else this.byAddress.delete(address);
  }
}
