import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import { createMirror } from '../../../lib/mirror/mirror.ts';
import { DEFAULT_MIRROR_SETTINGS } from '../../support/default-settings.ts';
import { eventually } from '../../support/eventually.ts';
import { exchangeOf, respondOk, withHttp } from '../../support/mirror-kit.ts';

describe('The settings of the mirror', () => {
  it('are for a whole test those of its beginning', async () => {
    const seen: string[] = [];
    const listener: RequestListener = (request, response) => {
      seen.push(`${request.url} ${String(request.headers['x-own'])}`);
      respondOk(request, response);
    };
    let value = 'old';
    const own = () => ({
      ...DEFAULT_MIRROR_SETTINGS,
      busyLimit: 1,
      compare: { ...DEFAULT_MIRROR_SETTINGS.compare, controlShare: 0 },
      headers: [{ name: 'X-Own', value }],
    });
    await withHttp(listener, async (target) => {
      const hooks = { settings: own, onOutcomes: () => {}, onEvent: () => {} };
      const mirror = createMirror(own(), hooks);
      const copied = async (path: string): Promise<void> => {
        mirror.sink.submit(exchangeOf({ path }));
        await eventually(path, () => seen.some((line) => line.startsWith(`${path} `)));
      };
      try {
        mirror.begin({ id: 'one', testing: target, running: target });
        await copied('/a');
        value = 'new';
        await copied('/b');
        mirror.begin({ id: 'two', testing: target, running: target });
        await copied('/c');
      } finally {
        await mirror.close();
      }
    });
    const first = (path: string) => seen.find((line) => line.startsWith(path));
    expect(['/a', '/b', '/c'].map(first)).to.deep.equal(['/a old', '/b old', '/c new']);
  });
});
