/** A server file with what outlives an ordinary request: slow downloads and uploads, and connections that are upgraded. */
export const MIXED_APP = `
import { createServer } from 'node:http';
import { createWriteStream, mkdirSync } from 'node:fs';
mkdirSync('logs/json', { recursive: true });
const lines = createWriteStream('logs/json/shop.log', { flags: 'a' });
const log = (level, message) => lines.write(JSON.stringify({ level, message }) + '\\n');
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://shop');
  if (pathname === '/download') {
    let left = 20;
    const timer = setInterval(() => {
      if (response.destroyed) return clearInterval(timer);
      response.write(Buffer.alloc(8192, 120));
      if (--left > 0) return;
      clearInterval(timer);
      response.end();
    }, 50);
    return;
  }
  if (request.method === 'POST') {
    let bytes = 0;
    request.on('data', (chunk) => (bytes += chunk.length));
    request.on('end', () => response.end(JSON.stringify({ bytes })));
    return;
  }
  if (pathname !== '/health') log('INFO', 'served ' + pathname);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ path: pathname, pid: process.pid }));
});
server.on('upgrade', (request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n');
  socket.on('data', (chunk) => socket.write(chunk));
  socket.on('end', () => socket.end());
  socket.on('error', () => socket.destroy());
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
`;

/** What one download is long. */
export const DOWNLOAD_BYTES = 20 * 8192;
