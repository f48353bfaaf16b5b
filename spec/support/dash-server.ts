import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface DashServer {
  readonly uri: string;
  /** `METHOD path`, and the body if there was one. */
  readonly received: string[];
  /** What it replies to the next questions, one after the other: text, a status, or a way to respond. */
  readonly replies: (string | number | ((response: ServerResponse) => void))[];
}

/** In place of the dashboard of the Go program: registers everybody as `uid 1/`, then replies as it is told. */
export async function withDash(use: (dash: DashServer) => Promise<void>): Promise<void> {
  const received: string[] = [];
  const replies: DashServer['replies'] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { method = '', url = '' } = request;
      received.push(`${method} ${url} ${body}`.trim());
      const isNew = url.endsWith('/register/server');
      const usual = isNew ? '{"uid":"uid 1/"}' : '{"server":"","action":""}';
      const reply = replies.shift() ?? usual;
      if (typeof reply === 'string') response.end(reply);
      else if (typeof reply === 'number') response.writeHead(reply, { location: '/' }).end();
      else reply(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    await use({ uri: `http://127.0.0.1:${port}/vili-dash`, received, replies });
  } finally {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }
}
