import { makeCertificate } from '../support/certificates.ts';
import { DaemonWorld, IDENTIFIER } from '../support/daemon-world.ts';

/** A daemon in front of a scripted running. */
export interface ServedWorld {
  readonly world: DaemonWorld;
  /** Running's own port. */
  readonly direct: number;
  /** Vili's port. */
  readonly port: number;
  readonly origin: string;
  readonly secure: boolean;
  /** The certificate's text and file, '' without one. */
  readonly certificate: string;
  readonly certFile: string;
}

/**
 * Starts a daemon whose running is the function `open` of a compiled module next to this one, called with a
 * port; with a certificate if `secure`.
 */
export async function openServedWorld(
  { module, open }: { readonly module: string; readonly open: string },
  secure: boolean,
  settings: Readonly<Record<string, string>> = {},
): Promise<ServedWorld> {
  const world = await DaemonWorld.create();
  try {
    const made = secure ? makeCertificate(world.base, 'users') : null;
    const tls = made === null ? {} : { tls_cert: made.certFile, tls_key: made.keyFile };
    await world.configure({ ...settings, ...tls });
    const { href } = new URL(module, import.meta.url);
    const program = `import { ${open} } from '${href}';\nawait ${open}(Number(process.env.PORT));\n`;
    await world.write(`${IDENTIFIER}-1.0.0.mjs`, program);
    const { running } = await world.start().serving(`${IDENTIFIER}-1.0.0`);
    return {
      world,
      direct: running?.port ?? 0,
      port: world.port,
      origin: `${secure ? 'https' : 'http'}://localhost:${world.port}`,
      secure,
      certificate: made?.cert ?? '',
      certFile: made?.certFile ?? '',
    };
  } catch (error) {
    await world.end().catch(() => undefined);
    throw error;
  }
}
