import { expect } from 'chai';
import { codeOf, messageOf } from '../../../../lib/errors.ts';
import { ViliDash } from '../../../../lib/operator/dash/vili-dash.ts';
import { withDash } from '../../../support/dash-server.ts';

const { signal } = new AbortController();
const NOBODY = { running: null, testing: null };

async function problemOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    (result) => new Error(`it succeeded: ${JSON.stringify(result)}`),
    (it: unknown) => it,
  );
  expect(codeOf(error), messageOf(error)).to.equal('VILI_DASH');
  return messageOf(error);
}

describe('The dashboard of the Go program', () => {
  it('is registered with and asked in its own words', () =>
    withDash(async ({ uri, received, replies }) => {
      const dash = new ViliDash(`${uri}/`, 'shop');
      const versions = { running: 'shop-1.0.0', testing: null };
      expect(await dash.register(versions, signal)).to.equal('uid 1/');
      replies.push(
        '{"server":"","action":""}',
        '{}',
        '{"server":"test","action":"deploy"}',
        '{"server":"running","action":"restart"}',
        '{"server":"test","action":"restart"}',
      );
      const wishes = [];
      for (let left = 5; left > 0; left--) wishes.push(await dash.ask('uid 1/', signal));
      expect(wishes).to.deep.equal([
        'nothing',
        'nothing',
        { action: 'deploy' },
        { action: 'restart', role: 'running' },
        { action: 'restart', role: 'testing' },
      ]);
      const [registration = '', question] = received;
      expect(registration).to.match(/^POST \/vili-dash\/register\/server \{/);
      expect(JSON.parse(registration.slice(registration.indexOf('{')))).to.deep.equal({
        identity: 'shop',
        uid: '',
        ip: '0.0.0.0',
        running_version: 'shop-1.0.0',
        testing_version: 'unknown',
      });
      expect(question).to.equal('GET /vili-dash/action/shop/uid%201%2F');
    }));

  it('has forgotten this Vili when it does not know its id', () =>
    withDash(async ({ uri, replies }) => {
      replies.push(404, 410);
      const dash = new ViliDash(uri, 'shop');
      expect(await dash.ask('1', signal)).to.equal('forgotten');
      expect(await dash.ask('1', signal)).to.equal('forgotten');
    }));

  it('is told apart from what replies anything else in its place', () =>
    withDash(async ({ uri, replies }) => {
      const dash = new ViliDash(uri, 'shop');
      const cases: [(typeof replies)[number], string][] = [
        [500, 'responded with 500'],
        [302, 'responded with 302'],
        ['<html>', 'did not reply with a JSON object'],
        ['7', 'did not reply with a JSON object'],
        ['{"action":"rm"}', 'wants "rm" of ""'],
        ['{"action":"restart","server":"unknown"}', 'wants "restart" of "unknown"'],
        [`"${'x'.repeat(70_000)}"`, 'replied with more than 65536 bytes'],
        [(response) => void response.destroy(), 'cannot be reached'],
      ];
      for (const [reply, text] of cases) {
        replies.push(reply);
        const problem = await problemOf(dash.ask('1', signal));
        expect(problem)
          .to.match(/^the dashboard at manualcontrol_uri /)
          .and.contain(text);
      }
      replies.push('{"uid":""}', `{"uid":"${'1'.repeat(201)}"}`, '{}', 404);
      for (let left = 4; left > 0; left--) {
        const problem = await problemOf(dash.register(NOBODY, signal));
        expect(problem).to.contain('without a uid of 1 to 200 characters');
      }
    }));

  it('is left alone at once when Vili stops', () =>
    withDash(async ({ uri, replies }) => {
      const ending = new AbortController();
      replies.push(() => ending.abort());
      const problem = await problemOf(new ViliDash(uri, 'shop').ask('1', ending.signal));
      expect(problem).to.contain('cannot be reached');
    }));
});
