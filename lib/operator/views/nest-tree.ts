import type { ActorNode, ActorTree } from '../../model/actor-tree.ts';

/** Makes a tree of actors listed parents first; `rootPath` stands for the daemon itself. */
export function nestTree(nodes: readonly ActorNode[], rootPath: string): ActorTree {
  const childrenOf = (path: string): ActorTree[] =>
    nodes
      .filter((node) => node.path.slice(0, node.path.lastIndexOf('/')) === path)
      .map((node) => ({ ...node, children: childrenOf(node.path) }));
  return {
    path: rootPath,
    status: 'running',
    mailbox: 0,
    restarts: 0,
    incarnation: 1,
    inHand: null,
    hung: false,
    children: childrenOf(rootPath),
  };
}
