import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { JsonChannel } from './json-channel.ts';
import {
  type FromLauncher,
  LAUNCHER_PROTOCOL,
  type LivingServlet,
  type ToLauncher,
} from './protocol.ts';

/** How long servlets live without a Vili, once the one before has passed the launcher on. */
const UNCLAIMED_MAX_MS = 10_000;
/** A connection that does not show the token by then is closed. */
const CLAIM_MAX_MS = 5000;
const MAX_CONNECTIONS = 4;
const TOKEN_BYTES = 32;
/** Messages kept for the Vili that passes the launcher on, in case it keeps it; far more than servlets can end meanwhile. */
const MAX_KEPT = 1000;
const MAX_EARLY = 10;

/** A Vili that this launcher obeys, or may come to obey. */
export interface Owner {
  send(message: FromLauncher): void;
  /** The launcher has nothing more to do with it. */
  close(): void;
}

export interface SuccessionHooks {
  readonly obey: (message: ToLauncher) => void;
  /** All living servlets. */
  readonly servlets: () => readonly LivingServlet[];
  /** The first number that was not used for a call. */
  readonly nextCall: () => number;
  /** Ends servlets that the present owner knows nothing of: all whose call is that number or higher. */
  readonly endFrom: (call: number) => void;
  /** No Vili is left. */
  readonly onNobody: () => void;
}

/**
 * Whom the launcher obeys. Usually the Vili that started it, and it ends with that. When that Vili passes it on, the next one
 * claims it through a door that stands open meanwhile, and is obeyed from then on; until the first has let go, all that
 * happens is kept for it as well, so that it can go on as if nothing had been.
 */
export class Succession {
  readonly #hooks: SuccessionHooks;
  #owner: Owner;
  #heir: Owner | null = null;
  #door: Server | null = null;
  /** For the owner; null unless it passes the launcher on. */
  #kept: FromLauncher[] | null = null;
  #ownerIsGone = false;
  #firstCallOfHeir = 0;
  #wasClaimed = false;
  /** What the heir wants once the launcher is its own. */
  #early: ToLauncher[] = [];

  constructor(owner: Owner, hooks: SuccessionHooks) {
    this.#owner = owner;
    this.#hooks = hooks;
  }

  /** To whoever is obeyed, and kept for whoever still may be. */
  send(message: FromLauncher): void {
    if (this.#kept === null) return this.#owner.send(message);
    if (this.#kept.length < MAX_KEPT) this.#kept.push(message);
    this.#heir?.send(message);
  }

  fromOwner(message: ToLauncher): void {
    switch (message.type) {
      case 'pass':
        return this.#openDoor();
      case 'let-go':
        return this.#letGo();
      case 'keep':
        return this.#keep();
      case 'claim':
        return;
      default:
        this.#hooks.obey(message);
    }
  }

  /** That Vili has ended, whichever it was. */
  ownerGone(owner: Owner): void {
    if (owner !== this.#owner) return;
    if (this.#kept === null) return this.#hooks.onNobody();
    this.#ownerIsGone = true;
    if (this.#heir !== null) return this.#letGo();
    setTimeout(() => {
      if (this.#heir === null) this.#hooks.onNobody();
    }, UNCLAIMED_MAX_MS);
  }

  // Private

  #openDoor(): void {
    if (this.#kept !== null) return;
    this.#kept = [];
    this.#firstCallOfHeir = this.#hooks.nextCall();
    const token = randomBytes(TOKEN_BYTES).toString('hex');
    const name = `vili-launcher-${process.pid}-${randomBytes(8).toString('hex')}`;
    this.#door = createServer((socket) => this.#admit(socket, token));
    this.#door.maxConnections = MAX_CONNECTIONS;
    this.#door.on('error', () => this.#closeDoor());
    // The leading NUL makes the name abstract: no file is left, however this process ends.
    this.#door.listen(`\0${name}`, () =>
      this.#owner.send({ type: 'passing', door: { name, token } }),
    );
  }

  #admit(socket: Socket, token: string): void {
    const late = setTimeout(() => socket.destroy(), CLAIM_MAX_MS);
    let guest: Owner | null = null;
    const channel = new JsonChannel(socket, {
      onMessage: (message) => {
        const wanted = message as ToLauncher;
        if (guest !== null && guest === (this.#heir ?? this.#owner))
          return this.#fromHeir(guest, wanted);
        if (guest !== null || wanted?.type !== 'claim' || !isSame(wanted.token, token)) {
          return void socket.destroy();
        }
        clearTimeout(late);
        guest = { send: (it) => channel.send(it), close: () => channel.close() };
        this.#claim(guest, wanted.protocol);
      },
      onEnd: () => {
        clearTimeout(late);
        if (guest !== null) this.#gone(guest);
      },
    });
  }

  #claim(guest: Owner, protocol: number): void {
    if (protocol !== LAUNCHER_PROTOCOL || this.#heir !== null || this.#kept === null) {
      const text =
        protocol === LAUNCHER_PROTOCOL
          ? 'another Vili has claimed the launcher'
          : `the launcher speaks protocol ${LAUNCHER_PROTOCOL}, the new Vili ${protocol}`;
      guest.send({ type: 'declined', text });
      return guest.close();
    }
    this.#heir = guest;
    this.#wasClaimed = true;
    guest.send({
      type: 'claimed',
      protocol: LAUNCHER_PROTOCOL,
      servlets: this.#hooks.servlets(),
      nextCall: this.#firstCallOfHeir,
    });
    // What ended since the door was opened is not among the living, and nobody has heard of its end but the owner.
    if (this.#ownerIsGone) this.#letGo();
  }

  #fromHeir(guest: Owner, message: ToLauncher): void {
    if (guest === this.#owner) return this.fromOwner(message);
    if (message.type === 'spawn' || message.type === 'stop' || message.type === 'measure') {
      return this.#hooks.obey(message);
    }
    // It cannot end or pass on what it may still lose. That the owner has let go may be on its way, though.
    if (this.#early.length < MAX_EARLY) this.#early.push(message);
  }

  #gone(guest: Owner): void {
    if (guest === this.#owner) return this.ownerGone(guest);
    if (guest !== this.#heir) return;
    this.#heir = null;
    if (this.#ownerIsGone) this.#hooks.onNobody();
  }

  #letGo(): void {
    if (this.#heir === null) return;
    const before = this.#owner;
    this.#owner = this.#heir;
    const early = this.#early;
    this.#reset();
    before.close();
    for (const message of early) this.fromOwner(message);
  }

  #keep(): void {
    const kept = this.#kept ?? [];
    const wasClaimed = this.#wasClaimed;
    this.#heir?.close();
    this.#reset();
    for (const message of kept) this.#owner.send(message);
    if (wasClaimed) this.#hooks.endFrom(this.#firstCallOfHeir);
  }

  #reset(): void {
    this.#heir = null;
    this.#wasClaimed = false;
    this.#early = [];
    this.#kept = null;
    this.#ownerIsGone = false;
    this.#closeDoor();
  }

  /** Connections that were let in stay. */
  #closeDoor(): void {
    this.#door?.close();
    this.#door = null;
  }
}

// Private

function isSame(given: unknown, token: string): boolean {
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
