import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

/** A running that responds with the body it received and echoes on WebSockets. */
export function openEchoServlet(port: number): void {
  const server = createServer((incoming, response) => {
    response.setHeader('X-Asked', `${incoming.method} ${incoming.url}`);
    incoming.pipe(response);
  });
  new WebSocketServer({ server, perMessageDeflate: true }).on('connection', (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  server.listen(port, '127.0.0.1');
}
