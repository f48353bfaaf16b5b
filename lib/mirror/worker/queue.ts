import type { Exchange } from '../../model/exchange.ts';

export interface WaitingCopy {
  readonly exchange: Exchange;
  readonly bytes: number;
}

/** First in, first out, bounded in number and bytes. */
export interface CopyQueue {
  hasRoom(bytes: number): boolean;
  push(copy: WaitingCopy): void;
  peek(): WaitingCopy | undefined;
  shift(): WaitingCopy | undefined;
  length(): number;
  /** Empties the queue and tells how many were in it. */
  clear(): number;
}

export function createCopyQueue(limits: { count: number; bytes: number }): CopyQueue {
  let copies: (WaitingCopy | undefined)[] = [];
  let head = 0;
  let bytes = 0;
  const length = () => copies.length - head;

  return {
    length,
    hasRoom: (more) => length() < limits.count && bytes + more <= limits.bytes,
    push(copy) {
      copies.push(copy);
      bytes += copy.bytes;
    },
    peek: () => copies[head],
    shift() {
      const copy = copies[head];
      if (copy === undefined) return undefined;
      copies[head++] = undefined;
      bytes -= copy.bytes;
      // Taken places are freed together, so that each costs constant time.
      if (head > limits.count || head === copies.length) {
        copies = copies.slice(head);
        head = 0;
      }
      return copy;
    },
    clear() {
      const count = length();
      copies = [];
      head = 0;
      bytes = 0;
      return count;
    },
  };
}
