import { isLoopback, splitAddress } from '../../config/formats.ts';
import type { Settings } from '../../config/settings.ts';
import type { ControlHandlers } from '../../lib/operator/api/handlers.ts';
import { CONTROL_LIMITS, createControlServer } from '../../lib/operator/server/control-server.ts';
import { tcpDoor } from '../../lib/operator/server/door/tcp-door.ts';
import { readTlsPair } from '../../lib/proxy/downstream/tls.ts';
import type { AdminDeps } from '../admin-actor.ts';
import type { Services } from '../app/services.ts';

const RETRY_MS = 5000;

/** What the admin actor works with; null where `admin.listen` is not set. Throws ViliError for a bad certificate. */
export function adminDeps(
  { settings, journal, now }: Services,
  handlers: ControlHandlers,
): AdminDeps | null {
  const { listen, token } = settings.admin;
  const place = listen === null ? null : splitAddress(listen);
  if (listen === null || place === null) return null;
  const tls = adminCertificate(settings);
  return {
    // A door each time: what one could not listen on is of no more use.
    createServer: (onProblem) => {
      const door = tcpDoor({ ...place, isLoopback: isLoopback(place.host), token, tls, now });
      return createControlServer({ ...CONTROL_LIMITS, door, handlers, hasPage: true, onProblem });
    },
    address: listen,
    retryMs: RETRY_MS,
    journal,
  };
}

// Private

function adminCertificate({ admin }: Settings): { cert: string; key: string } | null {
  const { cert: certFile, key: keyFile } = admin;
  return certFile === '' ? null : readTlsPair({ certFile, keyFile, reloadMs: 0 }, 'admin');
}
