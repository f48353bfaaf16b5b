import { messageOf } from '../../../errors.ts';
import { fieldsOf } from './wire.ts';
import { EngineError } from '../errors.ts';
import { type LineListener, ReplyError, Transport, type TransportOptions } from './transport.ts';

const GRPC_UNAUTHENTICATED = 16;
const TOKEN_MAX_CHARACTERS = 8192;

export interface SessionOptions extends TransportOptions {
  /** Empty: etcd asks for none. */
  readonly user: string;
  readonly password: string;
}

/** Requests to etcd as a user: logs in at the first one, and again when etcd has forgotten it. */
export class Session {
  readonly transport: Transport;
  readonly #user: string;
  readonly #password: string;
  #token: string | null = null;

  constructor(options: SessionOptions) {
    this.transport = new Transport(options);
    this.#user = options.user;
    this.#password = options.password;
  }

  /** @throws EngineError, its text never with the password. */
  async call(path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
    try {
      return fieldsOf(await this.transport.call(path, body, await this.#headers()), 'an object');
    } catch (error) {
      if (!this.#isForgotten(error)) throw error;
      this.#token = null;
      return fieldsOf(await this.transport.call(path, body, await this.#headers()), 'an object');
    }
  }

  /** As `Transport.lines`; that it cannot log in ends it, too. */
  lines(path: string, body: object, listener: LineListener): () => void {
    let end: (() => void) | null = null;
    let isOver = false;
    const begin = async (): Promise<void> => {
      try {
        const headers = await this.#headers();
        if (!isOver) end = this.transport.lines(path, body, headers, listener);
      } catch (error) {
        if (!isOver) listener.ended(messageOf(error));
      }
    };
    void begin();
    return () => {
      isOver = true;
      end?.();
    };
  }

  /** Etcd may have restarted, and a token of its own making is then nothing to it. */
  forget(): void {
    this.#token = null;
  }

  // Private

  async #headers(): Promise<Readonly<Record<string, string>>> {
    if (this.#user === '') return {};
    this.#token ??= await this.#logIn();
    return { Authorization: this.#token };
  }

  async #logIn(): Promise<string> {
    const body = { name: this.#user, password: this.#password };
    const reply = fieldsOf(await this.transport.call('/v3/auth/authenticate', body, {}), 'a token');
    const { token } = reply;
    if (typeof token === 'string' && token !== '' && token.length <= TOKEN_MAX_CHARACTERS) {
      return token;
    }
    throw new EngineError(`etcd gave user ${this.#user} no token`);
  }

  #isForgotten(error: unknown): boolean {
    if (this.#user === '' || !(error instanceof ReplyError)) return false;
    return error.grpcCode === GRPC_UNAUTHENTICATED || error.message.includes('invalid auth token');
  }
}
