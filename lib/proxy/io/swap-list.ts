/** A member that stores its index in a `SwapList`; `NO_SLOT` when it is in none. */
export interface SwapListItem {
  slot: number;
}

export const NO_SLOT = -1;

/**
 * A swap-remove list: a set for members that come and go with every request. A `Set` would do, but its tables,
 * replaced every so many deletions, refer to their successors: a table that has grown old keeps all later
 * members alive until the next full collection, which makes collecting four times as expensive.
 */
export class SwapList<T extends SwapListItem> {
  private readonly members: T[] = [];

  get size(): number {
    return this.members.length;
  }

  add(member: T): void {
    member.slot = this.members.length;
    this.members.push(member);
  }

  /** False when it was not a member. */
  delete(member: T): boolean {
    const { slot } = member;
    if (slot === NO_SLOT) return false;
    const last = this.members.pop();
    if (last !== undefined && last !== member) {
      this.members[slot] = last;
      last.slot = slot;
    }
    member.slot = NO_SLOT;
    return true;
  }

  toArray(): T[] {
    return [...this.members];
  }
}
