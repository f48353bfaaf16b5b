import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { reasonOf } from '../../../lib/model/reason.ts';
import { announcementOf, type Notification } from '../../../lib/notify/announcement.ts';

/** Real messages of the Go program, one request per line. */
const FIXTURE = new URL('../../../../spec/fixtures/go-vili-slack.jsonl', import.meta.url);

function sentByGo(): string[] {
  const lines = readFileSync(FIXTURE, 'utf8').trim().split('\n');
  const requests = lines.map((line) => JSON.parse(line) as { u: string; b: string });
  return requests
    .filter((request) => request.u.endsWith('/message'))
    .map((request) => (JSON.parse(request.b) as { message: string }).message)
    .map((message) => message.replace(/^\S+\[\S+\] /, ''));
}

const SENDER = { host: 'vm', identifier: 'shop', nowMs: 0, id: 'n-1' };

function textOf(event: Notification['event'], version: string, running: string | null): string {
  return announcementOf({ event, version, running, reasons: [] }, SENDER)?.slackText ?? '';
}

describe('announcements', () => {
  it('repeat the words of the Go program exactly', () => {
    const [old, next] = ['demosvc-1.0.0', 'demosvc-1.0.1'];
    const [started, found, switching, switched] = sentByGo();
    expect(textOf('started', old, old)).to.equal(started);
    // The Go program named the file here, and the version everywhere else.
    expect(textOf('testing', next, old)).to.equal(found?.replace('.jar', ''));
    expect(textOf('switching', next, old)).to.equal(switching);
    expect(textOf('promoted', next, next)).to.equal(switched);
  });

  it('address everybody only when users are affected', () => {
    const reasons = [
      {
        code: 'crash',
        endpoint: null,
        text: 'killed by SIGKILL',
        observed: 1,
        limit: 0,
        samples: [],
      },
    ];
    const of = (event: Notification['event']) =>
      announcementOf({ event, version: 'shop-2', running: 'shop-1', reasons }, SENDER);
    expect(of('rolled-back')).to.include({ urgent: true });
    expect(of('rolled-back')?.slackText).to.include('<!channel>').and.include('killed by SIGKILL');
    expect(of('rejected')).to.include({ urgent: false });
    expect(of('archived')).to.equal(null);
  });
  it('say in words without markup what happened, and which command goes on', () => {
    const reasons = [reasonOf('crash', 'killed by SIGKILL')];
    const of = (event: Notification['event']) =>
      announcementOf({ event, version: 'shop-2', running: 'shop-1', reasons }, SENDER);
    expect(of('rolled-back')).to.include({
      text: 'Vili went back from shop-2 to shop-1 on host: vm. killed by SIGKILL',
      next: 'vili why shop-2',
    });
    expect(of('rolled-back')?.slackText).to.match(/ Next: `vili why shop-2`$/);
    expect(of('superseded')?.next).to.equal('vili retest shop-2');
  });

  it('let nothing that a service or a file says call a channel in Slack', () => {
    const reasons = [reasonOf('log-errors', 'it logged "<!channel> & <http://evil>"')];
    const said = announcementOf(
      { event: 'rejected', version: 'shop-<!here>', running: null, reasons },
      SENDER,
    );
    expect(said?.slackText).to.not.match(/[<>]/);
    expect(said?.slackText).to.contain('&lt;!channel&gt; &amp;');
    expect(said?.text).to.contain('<!channel> &');
  });
});
