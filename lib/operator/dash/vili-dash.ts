import { messageOf, ViliError } from '../../errors.ts';
import type { Role } from '../../model/role.ts';

const REPLY_TIMEOUT_MS = 10_000;
const REPLY_MAX_BYTES = 65_536;
const UID_MAX_CHARACTERS = 200;
/** What the Go program sent: the dashboard takes the address from the connection. */
const OWN_ADDRESS = '0.0.0.0';
/** It knows this Vili no longer, since it was started anew or tidied up. */
const FORGOTTEN: ReadonlySet<number> = new Set([404, 410]);

/** What a dashboard of the Go program wants done. */
export type DashWish =
  | { readonly action: 'deploy' }
  | { readonly action: 'restart'; readonly role: Role };

export interface DashVersions {
  /** Null: there is none. */
  readonly running: string | null;
  readonly testing: string | null;
}

/**
 * The dashboard of the Go program (vili-dash), in its words: register once, then ask for an action. `signal` ends what is
 * under way. Fails with VILI_DASH when it is not reached within 10 s, or does not reply as the Go program expects.
 */
export class ViliDash {
  readonly #uri: string;
  readonly #identifier: string;

  constructor(uri: string, identifier: string) {
    // The Go program's own address ended without one.
    this.#uri = uri.endsWith('/') ? uri.slice(0, -1) : uri;
    this.#identifier = identifier;
  }

  /** Resolves to the id under which it knows this Vili from now on. */
  async register({ running, testing }: DashVersions, signal: AbortSignal): Promise<string> {
    const body = JSON.stringify({
      identity: this.#identifier,
      uid: '',
      ip: OWN_ADDRESS,
      running_version: running ?? 'unknown',
      testing_version: testing ?? 'unknown',
    });
    const headers = { 'Content-Type': 'application/json' };
    const reply = await this.#fetch('/register/server', { method: 'POST', headers, body }, signal);
    const uid = reply?.['uid'];
    if (typeof uid !== 'string' || uid === '' || uid.length > UID_MAX_CHARACTERS) {
      throw failure(`replied without a uid of 1 to ${UID_MAX_CHARACTERS} characters`);
    }
    return uid;
  }

  /** Resolves to what it wants done now, or to `nothing`, or `forgotten`: this Vili has to register again. */
  async ask(uid: string, signal: AbortSignal): Promise<DashWish | 'nothing' | 'forgotten'> {
    const path = `/action/${encodeURIComponent(this.#identifier)}/${encodeURIComponent(uid)}`;
    const reply = await this.#fetch(path, {}, signal);
    if (reply === null) return 'forgotten';
    const { action = '', server = '' } = reply;
    if (action === '') return 'nothing';
    if (action === 'deploy') return { action };
    const role = server === 'test' ? 'testing' : server;
    if (action === 'restart' && (role === 'running' || role === 'testing')) return { action, role };
    throw failure(
      `wants ${shown(action)} of ${shown(server)}: it is deploy, or restart of running or test`,
    );
  }

  // Private

  /** The object that it replied with; null: it does not know what was asked for. */
  async #fetch(
    path: string,
    request: RequestInit,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>> | null> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(REPLY_TIMEOUT_MS)]);
    let response: Response;
    let text: string;
    try {
      // A redirection could let somebody else decide what goes live.
      response = await fetch(this.#uri + path, { ...request, redirect: 'manual', signal: limit });
      text = await limitedText(response);
    } catch (error) {
      if (error instanceof ViliError) throw error;
      const { cause } = error as Error;
      throw failure(`cannot be reached: ${messageOf(cause ?? error)}`);
    }
    if (FORGOTTEN.has(response.status)) return null;
    if (!response.ok) throw failure(`responded with ${response.status}`);
    try {
      const reply: unknown = JSON.parse(text);
      if (typeof reply === 'object' && reply !== null) return reply as Record<string, unknown>;
    } catch {
      // Told below.
    }
    throw failure('did not reply with a JSON object');
  }
}

// Private

async function limitedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > REPLY_MAX_BYTES) throw failure(`replied with more than ${REPLY_MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

const SHOWN_MAX_CHARACTERS = 40;

function shown(value: unknown): string {
  return JSON.stringify(String(value).slice(0, SHOWN_MAX_CHARACTERS));
}

function failure(text: string): ViliError {
  return new ViliError('VILI_DASH', `the dashboard at manualcontrol_uri ${text}`);
}
