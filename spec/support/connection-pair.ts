import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Both ends of one connection, closed after `use`. */
export async function withConnection(
  use: (ours: Socket, client: Socket) => Promise<void>,
): Promise<void> {
  const server = createServer({ allowHalfOpen: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1' });
  client.on('error', () => client.destroy());
  const [ours] = (await once(server, 'connection')) as [Socket];
  try {
    await use(ours, client);
  } finally {
    client.destroy();
    ours.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}
