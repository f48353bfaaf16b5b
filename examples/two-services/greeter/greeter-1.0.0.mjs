import { appendFileSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';

const VERSION = '1.0.0';
// Vili reads log errors from logs/json/IDENTIFIER.log in the working directory, one JSON object a line.
mkdirSync('logs/json', { recursive: true });
const log = (level, message) =>
  appendFileSync('logs/json/greeter.log', `${JSON.stringify({ '@timestamp': new Date(), level, message })}\n`);

const server = createServer((request, response) => {
  log('INFO', `${request.method} ${request.url}`);
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ greeting: 'hello', version: VERSION }));
});
// The port comes from Vili; users come through Vili, so nobody else needs to reach it.
server.listen(Number(process.env.PORT), '127.0.0.1', () => log('INFO', `greeter ${VERSION} listens`));
process.on('SIGTERM', () => server.close());
