import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { servletTls, trustText, trustWord } from '../../../lib/servlet/trust.ts';
import { makeCertificate } from '../../support/certificates.ts';
import { withTempFolder } from '../../support/temp-folder.ts';
import { needsOpenssl } from '../../support/tls-fixture.ts';

const secure = (ca: string, insecure = false) => ({
  scheme: 'https' as const,
  servlet: { ca, insecure },
});

describe('what servlets prove themselves by', () => {
  before(needsOpenssl);

  it('is nothing while they speak plain HTTP, whatever else is set', () => {
    const plain = { scheme: 'http' as const, servlet: { ca: '/nowhere', insecure: true } };
    expect(servletTls(plain)).to.equal(null);
    expect(trustWord(plain)).to.equal('off');
  });

  it('is every certificate of servlet.ca, without what stands between them', () =>
    withTempFolder(async (folder) => {
      const [one, two] = [makeCertificate(folder, 'one'), makeCertificate(folder, 'two')];
      const file = join(folder, 'ca.pem');
      await writeFile(file, `the first\n${one.cert}and the second\n${two.cert}`);
      const tls = servletTls(secure(file));
      expect(tls).to.deep.equal({ ca: one.cert + two.cert, insecure: false });
      expect(trustText(secure(file))).to.match(
        /checked against \S+ca\.pem, which is valid until 20/,
      );
      expect(trustWord(secure(file))).to.equal('checked');
    }));

  it('is what Node.js trusts without servlet.ca, or nothing at all with servlet.insecure', () => {
    expect(servletTls(secure(''))).to.deep.equal({ ca: '', insecure: false });
    expect(trustText(secure(''))).to.contain('Node.js trusts');
    expect(servletTls(secure('', true))).to.deep.equal({ ca: '', insecure: true });
    expect(trustText(secure('', true))).to.contain('NOT checked');
    expect(trustWord(secure('', true))).to.equal('unchecked');
  });

  it('is refused with the file and the rule when the file cannot serve', () =>
    withTempFolder(async (folder) => {
      const file = join(folder, 'ca.pem');
      const problem = (): string => {
        try {
          servletTls(secure(file));
        } catch (error) {
          expect(error).to.include({ code: 'VILI_SERVLET_CA', exitCode: 2 });
          return (error as Error).message;
        }
        throw new Error('it was accepted');
      };
      expect(problem()).to.match(/^servlet\.ca \S+ca\.pem cannot be read: ENOENT/);
      await writeFile(file, 'a key, say');
      expect(problem()).to.match(/holds no certificate in PEM form$/);
      await writeFile(file, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
      expect(problem()).to.contain('holds a certificate that cannot be read');
      await writeFile(file, 'x'.repeat(40_000));
      expect(problem()).to.contain('is larger than 32 KiB');
      expect(() => trustText(secure(file))).to.throw('larger than 32 KiB');
    }));
});
