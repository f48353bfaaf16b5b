/**
 * The one part of undici that is needed: loading all of it takes four times the memory and twice the time, in each test.
 * What its entry point adds to a client is not there.
 */
declare module 'undici/lib/dispatcher/client.js' {
  import type { Client as Whole } from 'undici';

  type Client = Pick<Whole, 'destroy' | 'dispatch'>;
  const Client: new (...parameters: ConstructorParameters<typeof Whole>) => Client;
  export default Client;
}
