import { readdir, readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { writeRelease } from '../../../lib/demo/release.ts';
import { levelOf } from '../../../lib/logs/classify/level.ts';
import { eventually } from '../../support/eventually.ts';
import { withTempFolder } from '../../support/temp-folder.ts';
import { withShop } from './shop-support.ts';

describe('the demo service', () => {
  it('serves its endpoints with fresh ids and times', async () => {
    await withShop({}, async ({ get }) => {
      const paths = [
        '/',
        '/health',
        '/items',
        '/items/3',
        '/orders/7',
        '/users/2/orders',
        '/search?q=a',
      ];
      const ids = new Set<unknown>();
      for (const path of paths) {
        const { status, body } = await get(path);
        expect(status, path).to.equal(200);
        expect(body['servedAt']).to.be.a('string');
        ids.add(body['requestId']);
      }
      expect(ids.size).to.equal(paths.length);
      expect((await get('/items/3')).body).to.include({ id: 3, price: 11.5, inStock: true });
      expect((await get('/items/999')).status).to.equal(404);
      expect((await get('/nothing')).status).to.equal(404);
      expect((await get('//')).status).to.equal(404);
      const order = await get('/orders', { method: 'POST', body: '{"item":3}' });
      expect(order.status).to.equal(201);
      expect((await get('/orders', { method: 'POST', body: '{' })).status).to.equal(400);
    });
  });

  it('logs JSON with levels that Vili knows', async () => {
    await withShop({}, async ({ get, log }) => {
      for (let i = 0; i < 100; i += 1) await get('/items/1');
      const entries = await log();
      const levels = entries.map((entry) => levelOf(entry, { levelField: '', numbers: 'auto' }));
      expect(levels.filter((level) => level === 'warn')).to.have.length(1);
      expect(levels.filter((level) => level === 'info')).to.have.length(entries.length - 1);
    });
  });

  it('completes requests under way at SIGTERM and exits with 0', async () => {
    await withShop({ slow: { endpoint: 'GET /items', ms: 200 } }, async (shop) => {
      const response = shop.get('/items');
      // Its response shows that the request before it has arrived.
      await shop.get('/health');
      shop.child.kill('SIGTERM');
      expect((await response).status).to.equal(200);
      expect(await shop.exited).to.deep.equal([0, null]);
    });
  });

  it('responds with its share of 500s on one endpoint only', async () => {
    await withShop({ errors: { endpoint: 'GET /items/{id}', share: 0.25 } }, async ({ get }) => {
      const statuses: number[] = [];
      for (let i = 0; i < 40; i += 1) statuses.push((await get('/items/1')).status);
      expect(statuses.filter((status) => status === 500)).to.have.length(10);
      expect((await get('/items')).status).to.equal(200);
    });
  });

  it('changes a type and leaves out a field and a route', async () => {
    const faults = {
      changedType: { endpoint: 'GET /items/{id}', field: 'price' },
      missingField: { endpoint: 'GET /items/{id}', field: 'inStock' },
      missingRoute: 'GET /search',
    };
    await withShop(faults, async ({ get }) => {
      const { body } = await get('/items/3');
      expect(body['price']).to.equal('11.5');
      expect(body).to.not.have.property('inStock');
      expect((await get('/search?q=a')).status).to.equal(404);
    });
  });

  it('logs errors for its share of requests except probes', async () => {
    await withShop({ errorLogs: { share: 0.5, message: 'broken' } }, async ({ get, log }) => {
      for (let i = 0; i < 10; i += 1) await get('/items/1');
      for (let i = 0; i < 10; i += 1) await get('/health');
      const errors = (await log()).filter(({ level }) => level === 'ERROR');
      expect(errors).to.have.length(5);
      expect(errors[0]?.message).to.equal('broken');
    });
  });

  it('exits at start with the given code after an ERROR', async () => {
    await withShop({ exitAtStart: 3 }, async ({ exited, log }) => {
      expect(await exited).to.deep.equal([3, null]);
      expect((await log()).at(-1)?.level).to.equal('ERROR');
    });
  });

  it('crashes in the middle of the given request', async () => {
    await withShop({ crashAfterRequests: 3 }, async ({ get, exited }) => {
      await get('/items');
      await get('/health');
      await get('/items');
      const third = await get('/items').catch((error: unknown) => error);
      expect(third).to.be.an('error');
      expect(await exited).to.deep.equal([1, null]);
    });
  });

  it('can ignore SIGTERM and SIGHUP and listen late', async () => {
    const faults = { ignoreSigterm: true, ignoreSighup: true, startupDelayMs: 100 };
    await withShop(faults, async ({ child, get, log }) => {
      child.kill('SIGTERM');
      child.kill('SIGHUP');
      await eventually('both signals are logged', async () => {
        return (await log()).filter(({ message }) => message.includes('ignored')).length === 2;
      });
      expect((await get('/health')).status).to.equal(200);
    });
  });
});

describe('a release of the demo service', () => {
  it('is one complete server file that needs nothing but Node', async () => {
    await withTempFolder(async (folder) => {
      const path = await writeRelease(folder, 'shop', { version: '1.0.1' });
      expect(path).to.equal(`${folder}/shop-1.0.1.mjs`);
      expect(await readdir(folder)).to.deep.equal(['shop-1.0.1.mjs']);
      const text = await readFile(path, 'utf8');
      expect(text).to.match(
        /^globalThis\.viliDemoRelease = \{"identifier":"shop","version":"1.0.1"\};\n/,
      );
      const imports = [...text.matchAll(/^import .* from '(.*)';$/gm)].map(([, name]) => name);
      expect(imports).to.not.be.empty;
      for (const name of imports) expect(name).to.match(/^node:/);
    });
  });
});
