import { join } from 'node:path';
import { expect } from 'chai';
import { controlHandlers } from '../../../actors/app/control.ts';
import type { Services } from '../../../actors/app/services.ts';
import type { Upgrades } from '../../../actors/app/upgrade/upgrades.ts';
import { Trace } from '../../../lib/actor/trace.ts';
import { TraceLog } from '../../../lib/journal/trace-log.ts';
import type { TraceRecord } from '../../../lib/model/trace-record.ts';
import { DEFAULT_SETTINGS } from '../../support/default-settings.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

describe('the trace that the control API serves', () => {
  it('has the same records of an actor, live in the ring and stored in the trace log', () =>
    withTempFolder(async (folder) => {
      const trace = new Trace(() => 0, DEFAULT_SETTINGS.trace);
      const traceLog = await TraceLog.open<TraceRecord>({
        path: join(folder, 'trace.jsonl'),
        maxRecords: 100,
        onProblem: (text) => expect.fail(text),
      });
      trace.follow((record) => traceLog.add(record));
      const receivers = ['/vili/deployer', '/vili/deployer#reply', '/vili/deployer/version/shop-2'];
      for (const [n, to] of [...receivers, '/vili/deployers'].entries()) {
        trace.write(n, '/vili/ingestor', to, 'message', 'shop-2', 0, 0, 'ok');
      }
      const services = { system: { trace }, traceLog, environment: {} };
      const handlers = controlHandlers(services as unknown as Services, {} as Upgrades);
      const filter = { actor: '/vili/deployer', limit: 100 };
      const stored = await handlers.trace({ ...filter, correlation: 'shop-2' });
      expect(stored.map((record) => record.to)).to.deep.equal(receivers);
      expect(await handlers.trace(filter)).to.deep.equal(stored);
      await traceLog.close();
    }));
});
