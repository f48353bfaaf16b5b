import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { fleetAuthorities, fleetText } from '../../../actors/fleet/authorities.ts';
import { makeCertificate } from '../../support/certificates.ts';
import { withTempFolder } from '../../support/temp-folder.ts';
import { needsOpenssl } from '../../support/tls-fixture.ts';

const at = (ca: string) => ({ endpoints: ['https://one:2379', 'https://two:2379'], ca });

describe('who vouches for etcd', () => {
  before(needsOpenssl);

  it('is whom Node.js trusts without fleet.ca', () => {
    expect(fleetAuthorities(at(''))).to.equal(null);
    expect(fleetText(at(''))).to.equal('on, by 2 endpoints of etcd');
    expect(fleetText({ endpoints: [], ca: '' })).to.equal('off, this host decides alone');
  });

  it('is every certificate of fleet.ca, which may be a bundle that is too large for servlets', () =>
    withTempFolder(async (folder) => {
      const { cert } = makeCertificate(folder, 'one');
      const copies = Math.ceil(100_000 / cert.length);
      const file = join(folder, 'ca.pem');
      await writeFile(file, `all of them:\n${cert.repeat(copies)}`);
      expect(fleetAuthorities(at(file))?.pem).to.equal(cert.repeat(copies));
      expect(fleetText(at(file))).to.match(/checked against \S+ca\.pem, which is valid until 20/);
    }));

  it('is refused with the setting, the file and the rule when the file cannot serve', () =>
    withTempFolder(async (folder) => {
      const file = join(folder, 'ca.pem');
      const refused = (): Error => {
        try {
          fleetAuthorities(at(file));
        } catch (error) {
          return error as Error;
        }
        throw new Error('it was accepted');
      };
      expect(refused()).to.include({ code: 'VILI_FLEET_CA', exitCode: 2 });
      expect(refused().message).to.match(/^fleet\.ca \S+ca\.pem cannot be read: ENOENT/);
      await writeFile(file, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
      expect(refused().message).to.contain('ca.pem holds a certificate that cannot be read');
      await writeFile(file, 'x'.repeat(1_048_577));
      expect(refused().message).to.match(/ca\.pem is larger than 1024 KiB$/);
    }));
});
