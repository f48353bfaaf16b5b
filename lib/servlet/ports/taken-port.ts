import { codeOf, messageOf, ViliError } from '../../errors.ts';
import { portHolders } from './port-holders.ts';

/** `pid 4711 (nginx) listens there`; '' when that cannot be seen. */
export async function holderText(port: number): Promise<string> {
  const holder = (await portHolders([port])).get(port);
  return holder === undefined ? '' : `pid ${holder.pid} (${holder.command}) listens there`;
}

/** The same error, and who holds the port if that is what it says. */
export async function withHolder(error: unknown, port: number): Promise<unknown> {
  if (!(error instanceof ViliError) || codeOf(error.cause) !== 'EADDRINUSE') return error;
  const text = await holderText(port);
  if (text === '') return error;
  const { code, exitCode, cause } = error;
  return new ViliError(code, `${messageOf(error)}; ${text}`, { exitCode, cause });
}
