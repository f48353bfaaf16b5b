import type { ActorTree } from '../../model/actor-tree.ts';
import type { Metric, Value } from '../metric.ts';

const ACTOR =
  'the name of the actor; `version`, `servlet` and `log-tailer` are all of them together';

/** The actors of `vili tree`. */
export const ACTORS: readonly Metric[] = [
  of('vili_actor_mailbox_messages', 'Messages that wait for an actor', ({ mailbox }) => mailbox),
  of('vili_actor_restarts', 'Restarts of the actors that live', ({ restarts }) => restarts),
  of('vili_actor_hung', 'Actors whose message in hand takes too long', ({ hung }) =>
    hung ? 1 : 0,
  ),
];

// Private

function of(name: Metric['name'], help: string, read: (actor: ActorTree) => number): Metric {
  return {
    name,
    type: 'gauge',
    help,
    labels: { actor: ACTOR },
    read: ({ tree }) => {
      const sums = new Map<string, number>();
      for (const actor of below(tree)) {
        const kind = kindOf(actor.path);
        sums.set(kind, (sums.get(kind) ?? 0) + read(actor));
      }
      return [...sums].map(([actor, sum]): Value => [{ actor }, sum]);
    },
  };
}

function below({ children }: ActorTree): readonly ActorTree[] {
  return children.flatMap((child) => [child, ...below(child)]);
}

/** Versions come and go: with their names there would be new series for ever. */
function kindOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return /^(version|servlet)-/.exec(name)?.[1] ?? name;
}
