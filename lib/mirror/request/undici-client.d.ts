/**
 * The one part of undici that is needed: loading all of it takes four times the memory and twice the
 * time, in each test. What the entry point of undici adds to a client is missing.
 */
declare module 'undici/lib/dispatcher/client.js' {
  import type { Client as Whole } from 'undici';

  type Client = Pick<Whole, 'destroy' | 'dispatch'>;
  const Client: new (...parameters: ConstructorParameters<typeof Whole>) => Client;
  export default Client;
}
