import { percent } from '../../../text/numbers.ts';
import { declareAct, versionUnderTest } from '../../act.ts';
import type { Declare } from '../../command.ts';

export const promote: Declare = (program, run) =>
  declareAct(program, run, {
    kind: 'promote',
    description: 'let the version under test go live now',
    async plan({ client }, given) {
      const status = await client.status();
      const version = await versionUnderTest(client, status, given, 'promote');
      const { running, verdict } = status;
      const from = running === null ? '' : ` from ${running.version}`;
      const evidence =
        verdict?.version === version ? `, with ${percent(verdict.progress)} of the evidence` : '';
      const effect = `${version} takes over the users${from} without waiting for the verdict${evidence}.`;
      return { version, effect };
    },
  });
