import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { entraosSlack } from '../../../lib/notify/entraos-slack.ts';
import { announcement } from '../../support/announcement.ts';

interface Received {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** Log-on service and gateway in one; `statuses` are the responses to successive messages. */
async function withGateway(
  statuses: readonly number[],
  use: (uri: string, received: Received[]) => Promise<void>,
): Promise<void> {
  const received: Received[] = [];
  let messages = 0;
  let logOns = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { url: path = '', headers } = request;
      received.push({ path, authorization: headers.authorization, body });
      if (path === '/tokenservice/logon') {
        logOns += 1;
        const token = `<applicationtokenID>token-${logOns}</applicationtokenID>`;
        response.end(`<applicationtoken><params>${token}</params></applicationtoken>`);
      } else response.writeHead(statuses[messages++] ?? 200).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, received);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function slackAt(uri: string): ReturnType<typeof entraosSlack> {
  return entraosSlack({
    slackChannel: 'C02T3A66D2N',
    entraosApiUri: uri,
    whydahUri: uri,
    applicationId: 'id1',
    applicationName: 'EntraOS Vili',
    applicationSecret: 's3<cret',
    prefix: ':app:[:env:devtest-demosvc]',
  });
}

const NEWS = announcement({ slackText: 'all is well' });
const never = new AbortController().signal;

describe('Slack through EntraOS', () => {
  it('logs on with the form of the Go program and sends its JSON, spelt as the gateway expects', () =>
    withGateway([], async (uri, received) => {
      const slack = slackAt(uri);
      await slack.send(NEWS, never);
      await slack.send(NEWS, never);
      expect(received.map((it) => it.path)).to.deep.equal([
        '/tokenservice/logon',
        '/slack/api/message',
        '/slack/api/message',
      ]);
      const form = new URLSearchParams(received[0]?.body).get('applicationcredential');
      expect(form).to.equal(
        '<applicationcredential><params><applicationID>id1</applicationID>' +
          '<applicationName>EntraOS Vili</applicationName>' +
          '<applicationSecret>s3&lt;cret</applicationSecret></params></applicationcredential>',
      );
      expect(received[1]?.authorization).to.equal('Bearer token-1');
      expect(JSON.parse(received[1]?.body ?? '')).to.deep.equal({
        recepientId: 'C02T3A66D2N',
        message: ':app:[:env:devtest-demosvc] all is well',
        pinned: false,
      });
    }));

  it('logs on again, once, when its token is denied', () =>
    withGateway([401, 200], async (uri, received) => {
      await slackAt(uri).send(NEWS, never);
      expect(received.at(-1)?.authorization).to.equal('Bearer token-2');
      expect(received).to.have.length(4);
    }));

  it('reports a failure of the gateway without revealing the secret', () =>
    withGateway([503], async (uri) => {
      const failure = await slackAt(uri)
        .send(NEWS, never)
        .catch((error: Error) => error);
      expect(failure).to.be.instanceOf(Error).with.property('message').that.includes('503');
      expect(String(failure)).not.to.include('s3');
    }));
});
