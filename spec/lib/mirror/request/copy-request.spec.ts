import { expect } from 'chai';
import { withTcpTest, withTest } from '../../../support/mirror-kit.ts';

describe('Copies', () => {
  it('have other headers and another path where rules say so, baseline requests do not', async () => {
    const seen: { mark: string; url: string; raw: string }[] = [];
    const settings = {
      token: 'secret-token',
      headers: [
        { name: 'authorization', value: 'Bearer test' },
        { name: 'Cookie', value: null },
      ],
      rewrite: [{ from: '/items/{id}', to: '/v2/items/{id}' }],
    };
    await withTest(
      (request, response) => {
        const mark = String(request.headers['x-vili-mirror']);
        seen.push({ mark, url: request.url ?? '', raw: request.rawHeaders.join('|') });
        response.end('{}');
      },
      settings,
      async ({ offer, settled, outcomes }) => {
        offer({
          path: '/items/42?full=1',
          headers: ['Host', 'h', 'Authorization', 'Bearer user', 'cookie', 'a=b', 'X-Kept', '1'],
        });
        await settled();
        expect(outcomes[0]?.endpoint).to.equal('GET /items/{id}');
      },
    );
    const copy = seen.find(({ mark }) => mark === 'test');
    expect(copy?.url).to.equal('/v2/items/42?full=1');
    expect(copy?.raw).to.contain('|X-Kept|1|authorization|Bearer test|');
    expect(copy?.raw).to.contain('|X-Vili-Mirror|test|X-Vili-Mirror-Token|secret-token');
    expect(copy?.raw).not.to.match(/Bearer user|a=b/);
    const baseline = seen.find(({ mark }) => mark === 'control');
    expect(baseline?.url).to.equal('/items/42?full=1');
    expect(baseline?.raw).to.match(/Bearer user.*a=b/);
  });

  it('accept a stray 100 Continue as the proxy accepts it from running', async () => {
    await withTcpTest(
      (socket) => {
        socket.on('data', () => {
          socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Con');
          setImmediate(() =>
            socket.write('tinue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
          );
        });
      },
      {},
      async ({ mirror, offer, settled, outcomes }) => {
        for (let index = 0; index < 3; index++) offer({ method: 'POST' });
        await settled();
        for (const { testing } of outcomes) {
          expect(testing).to.include({ status: 200, failure: null });
        }
        expect(mirror.counts().mirrored).to.equal(3);
      },
    );
  });
});
