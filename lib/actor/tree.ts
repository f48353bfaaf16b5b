import type { ActorNode } from '../model/actor-tree.ts';
import type { Cell } from './life/cell.ts';
import { typeOf } from './mail/envelope.ts';

/** An actor and all below it, parents first, siblings in start order. */
export function nodesOf(cell: Cell, nowMs: number): ActorNode[] {
  const { life } = cell;
  const inHand = life?.work.envelope;
  const node: ActorNode = {
    path: cell.path,
    status: cell.status,
    mailbox: cell.waiting,
    restarts: cell.restarts,
    incarnation: life?.number ?? 0,
    inHand:
      inHand === undefined || life === undefined
        ? null
        : { type: typeOf(inHand.message), sinceMs: nowMs - life.work.sinceMs },
    hung: life?.work.hung ?? false,
  };
  const children = cell.offspring?.children() ?? [];
  return [node, ...children.flatMap((child) => nodesOf(child, nowMs))];
}
