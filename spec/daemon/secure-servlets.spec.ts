import { expect } from 'chai';
import { makeCertificate } from '../support/certificates.ts';
import { withWorld } from '../support/daemon-world.ts';
import { dropAt } from '../support/secure-servlet.ts';
import { withTempFolder } from '../support/temp-folder.ts';
import { needsOpenssl } from '../support/tls-fixture.ts';
import { untilAlone, upgrade } from '../support/upgrades.ts';

/** A loopback address that is not the usual one. */
const ELSEWHERE = '127.0.0.2';

describe('A service that listens elsewhere', function () {
  this.timeout(240_000);

  it('is served, tested and promoted at its endpoint', async () => {
    const settings = {
      endpoint: ELSEWHERE,
      liveness_interval: '100ms',
      verdict_speed: 'report',
    };
    await withWorld(settings, async (world) => {
      await dropAt(world, '1.0.0', ELSEWHERE, null);
      const daemon = world.start();
      await daemon.serving('shop-1.0.0');
      const users = world.users(40);
      await dropAt(world, '1.0.1', ELSEWHERE, null);
      await daemon.recorded('promoted', 'shop-1.0.1', 60_000);
      await daemon.serving('shop-1.0.1');
      expect(await users.stop()).to.include({ failed: 0, lastFailure: null });
    });
  });
});

describe('A service that speaks TLS', function () {
  this.timeout(240_000);
  before(needsOpenssl);

  it('is tested, replayed, promoted, compared with previous and kept by an upgrade, while no user notices', () =>
    withTempFolder(async (folder) => {
      const certificate = makeCertificate(folder, 'shop', { names: `IP:${ELSEWHERE}` });
      const settings = {
        scheme: 'https',
        endpoint: ELSEWHERE,
        servlet_ca: certificate.certFile,
        verdict_mode: 'manual',
        // The difference that makes a sample would otherwise take users back as soon as enough pairs show it.
        probation_rollback: 'manual',
        liveness_interval: '100ms',
      };
      await withWorld(settings, async (world) => {
        await dropAt(world, '1.0.0', ELSEWHERE, certificate);
        const daemon = world.start();
        await daemon.serving('shop-1.0.0');
        const users = world.users(40);
        const endpoint = 'GET /items/{id}';
        await dropAt(world, '1.0.1', ELSEWHERE, certificate, {
          changedType: { endpoint, field: 'price' },
        });
        await daemon.testing('shop-1.0.1');
        await daemon.until('a sample is kept', async () => {
          const { stdout } = await world.vili('diff');
          return stdout.includes(endpoint);
        });
        const { stdout, stderr } = await world.vili('replay', '--all');
        expect(stdout, stdout + stderr).to.match(/^DIFFERS +\w+ +GET \/items\/\d+: testing /m);
        expect((await world.vili('promote', '--yes', '--reason', 'for a spec')).code).to.equal(0);
        const { vili } = await daemon.serving('shop-1.0.1');
        expect(vili.servletTls).to.equal('checked');
        await daemon.until(
          'copies go to previous',
          ({ probation }) => (probation?.evidence?.pairs ?? 0) > 5,
        );
        const { running } = await daemon.client.status();
        const upgraded = await upgrade(world);
        expect(upgraded, upgraded.stdout).to.include({ code: 0, stderr: '' });
        const before = users.counts().ok;
        await daemon.until('users go on', () => users.counts().ok > before + 40);
        expect((await daemon.client.status()).running?.pid).to.equal(running?.pid);
        await untilAlone(daemon);
        expect(await users.stop()).to.include({ failed: 0, lastFailure: null });
      });
    }));

  it('never becomes ready with a certificate of somebody else, and says why', () =>
    withTempFolder(async (folder) => {
      const [own, other] = [makeCertificate(folder, 'own'), makeCertificate(folder, 'other')];
      const settings = { scheme: 'https', servlet_ca: other.certFile };
      await withWorld(settings, async (world) => {
        await dropAt(world, '1.0.0', '127.0.0.1', own);
        const daemon = world.start();
        const why = /https:\/\/localhost:.* its certificate is not vouched for by servlet\.ca/;
        await daemon.until(
          'it is not ready for that reason',
          ({ running }) => why.test(running?.problem ?? ''),
          60_000,
        );
      });
    }));

  it('is believed unchecked by servlet.insecure on a loopback address, which is said aloud', () =>
    withTempFolder(async (folder) => {
      const certificate = makeCertificate(folder, 'own');
      await withWorld({ scheme: 'https', servlet_insecure: 'true' }, async (world) => {
        await dropAt(world, '1.0.0', '127.0.0.1', certificate);
        const daemon = world.start();
        const { vili } = await daemon.serving('shop-1.0.0');
        expect(vili.servletTls).to.equal('unchecked');
        expect(daemon.output).to.contain('leaves the certificate of the service unchecked');
        const { stdout } = await world.vili('status');
        expect(stdout).to.contain('! The certificate of the service is not checked');
      });
    }));

  it('is not started with a servlet.ca that cannot serve', async () => {
    await withWorld({ scheme: 'https', servlet_ca: '/nowhere/ca.pem' }, async (world) => {
      const daemon = world.start();
      expect((await daemon.exit()).code).to.equal(2);
      expect(daemon.output).to.contain('servlet.ca /nowhere/ca.pem cannot be read');
      const { code, stdout } = await world.vili('check');
      expect(code).to.equal(2);
      expect(stdout).to.contain('FAILED   scheme: servlet.ca /nowhere/ca.pem cannot be read');
    });
  });
});
