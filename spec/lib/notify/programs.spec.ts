import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { command } from '../../../lib/notify/command.ts';
import { mail, messageText } from '../../../lib/notify/mail.ts';
import { announcement, outcomeOf } from '../../support/announcement.ts';
import { isAlive } from '../../support/cluster-fixture.ts';
import { eventually } from '../../support/eventually.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

const never = new AbortController().signal;
const TO = ['ops@example.org', 'dev@example.org'];

describe('A command that is told of events', () => {
  it('gets the CloudEvent on its standard input, in the base folder, and no secret of Vili', () =>
    withTempFolder(async (folder) => {
      process.env['VILI_WEBHOOK_SECRET'] = 's3cret';
      try {
        await command('cat > got.json; env > env.txt', folder).send(announcement(), never);
      } finally {
        delete process.env['VILI_WEBHOOK_SECRET'];
      }
      const got = await readFile(join(folder, 'got.json'), 'utf8');
      expect(JSON.parse(got)).to.include({ type: 'vili.rejected', subject: 'shop-1.1.0' });
      const variables = await readFile(join(folder, 'env.txt'), 'utf8');
      expect(variables).to.contain('PATH=').and.not.contain('s3cret');
    }));

  it('that fails says so, with the end of what it wrote to standard error', () =>
    withTempFolder(async (folder) => {
      const failing = command('echo no such channel >&2; exit 3', folder);
      expect(await outcomeOf(failing)).to.equal('/bin/sh: exit code 3: no such channel');
      expect(await outcomeOf(command('true', folder))).to.equal('sent');
      expect(await outcomeOf(command('true', join(folder, 'gone')))).to.contain('ENOENT');
    }));

  it('that hangs is ended, with all it started, when nobody waits for it any more', () =>
    withTempFolder(async (folder) => {
      const ended = new AbortController();
      const started = join(folder, 'pid');
      const hanging = command(
        `sleep 600 & echo $! > ${started}.new; mv ${started}.new ${started}; wait`,
        folder,
      );
      const failure = hanging
        .send(announcement(), ended.signal)
        .catch((error: Error) => error.message);
      const pid = await eventually('it is started', () =>
        readFile(started, 'utf8').catch(() => null),
      );
      ended.abort();
      expect(await failure).to.equal('/bin/sh: it took too long');
      await eventually('what it started is gone', () => !isAlive(Number(pid)));
    }));
});

describe('E-mail', () => {
  it('is given to sendmail with its receivers, one thread for each version', () =>
    withTempFolder(async (folder) => {
      const sendmail = join(folder, 'sendmail');
      await writeFile(sendmail, '#!/bin/sh\necho "$@" > words\ncat > message\n');
      await chmod(sendmail, 0o755);
      const settings = { sendmail, to: TO, from: 'Vili <vili@example.org>', folder };
      await mail(settings).send(announcement(), never);
      expect(await readFile(join(folder, 'words'), 'utf8')).to.equal(`-i -- ${TO.join(' ')}\n`);
      const [head = '', body = ''] = (await readFile(join(folder, 'message'), 'utf8')).split(
        '\r\n\r\n',
      );
      expect(head.split('\r\n')).to.include.members([
        'From: Vili <vili@example.org>',
        'To: ops@example.org,',
        'Subject: [shop] rejected: shop-1.1.0',
        'Date: Tue, 06 Jan 2026 23:55:00 +0000',
        `Message-ID: <${announcement().id}@vm>`,
      ]);
      const text = Buffer.from(body, 'base64').toString();
      expect(text)
        .to.contain('GET /orders/{id}: 8 of 21 failed.')
        .and.contain('errors: 0.38 observed, 0.02 allowed');
      expect(text).to.contain('Next: vili why shop-1.1.0');
      const thread = (version: string) =>
        /References: (.*)/.exec(messageText(announcement({ version }), settings))?.[1];
      expect(thread('shop-1')).to.equal(thread('shop-1')).and.not.equal(thread('shop-2'));
    }));

  it('has no header or receiver that a service or a file could have written', () => {
    const settings = { sendmail: '', to: TO, from: '', folder: '' };
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (version) => {
        const message = messageText(
          announcement({ version, host: version, text: version }),
          settings,
        );
        expect(message).to.match(/^[\r\n\x20-\x7e]*$/);
        const [head = ''] = message.split('\r\n\r\n');
        const names = head.split(/\r\n(?! )/).map((line) => line.split(':', 1)[0]);
        expect(names).to.deep.equal([
          'To',
          'Subject',
          'Date',
          'Message-ID',
          'References',
          'In-Reply-To',
          'Auto-Submitted',
          'MIME-Version',
          'Content-Type',
          'Content-Transfer-Encoding',
        ]);
        for (const line of message.split('\r\n')) expect(line.length).to.be.below(1000);
      }),
    );
  });
});
