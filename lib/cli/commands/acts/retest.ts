import { ConflictError } from '../../../errors.ts';
import { retestEffect } from '../../../operator/views/effects.ts';
import { versionNamed } from '../../../operator/views/version-named.ts';
import { declareAct } from '../../act.ts';
import type { Declare } from '../../command.ts';

const DECIDED = new Set(['rejected', 'rolled-back']);

export const retest: Declare = (program, run) =>
  declareAct(program, run, {
    kind: 'retest',
    description:
      'begin the test of a version anew: of the one under test, or of a rejected or superseded one (default: the one under test, else the last rejected one)',
    async plan({ client }, given) {
      const [{ vili, testing }, history] = await Promise.all([client.status(), client.history()]);
      const version =
        given === undefined
          ? (testing?.version ?? history.findLast(({ event }) => DECIDED.has(event))?.version)
          : versionNamed(
              vili.identifier,
              given,
              history.map((entry) => entry.version),
            );
      if (version === undefined) throw new ConflictError('no version was rejected yet');
      return { version, effect: retestEffect(version) };
    },
  });
