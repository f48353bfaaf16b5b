import { rejectionEffect } from '../../../operator/views/effects.ts';
import { declareAct, versionUnderTest } from '../../act.ts';
import type { Declare } from '../../command.ts';

export const reject: Declare = (program, run) =>
  declareAct(program, run, {
    kind: 'reject',
    description: 'end the test and keep the running version',
    async plan({ client }, given) {
      const status = await client.status();
      const version = await versionUnderTest(client, status, given, 'reject');
      return { version, effect: rejectionEffect(status, version) };
    },
  });
