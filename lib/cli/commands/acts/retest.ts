import { ConflictError } from '../../../errors.ts';
import { versionNamed } from '../../../operator/views/version-named.ts';
import { declareAct } from '../../act.ts';
import type { Declare } from '../../command.ts';

const DECIDED = new Set(['rejected', 'rolled-back']);

export const retest: Declare = (program, run) =>
  declareAct(program, run, {
    kind: 'retest',
    description: 'test a rejected or superseded version again (default: the last rejected one)',
    async plan({ client }, given) {
      const [{ vili }, history] = await Promise.all([client.status(), client.history()]);
      const version =
        given === undefined
          ? history.findLast(({ event }) => DECIDED.has(event))?.version
          : versionNamed(
              vili.identifier,
              given,
              history.map((entry) => entry.version),
            );
      if (version === undefined) throw new ConflictError('no version was rejected yet');
      const effect = `${version} is tested again from the start; all earlier findings are forgotten.`;
      return { version, effect };
    },
  });
