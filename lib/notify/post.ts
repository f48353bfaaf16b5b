import { messageOf, ViliError } from '../errors.ts';

const REPLY_TIMEOUT_MS = 10_000;

export interface Post {
  /** Says who did not take it, without the address, which may be a secret: `the webhook`. */
  readonly receiver: string;
  readonly code: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * One POST, within 10 s. Redirections are not followed: they would take a secret elsewhere.
 *
 * @throws ViliError with `code` when there was no response of 2xx.
 */
export async function post(
  { receiver, code, url, headers, body }: Post,
  signal: AbortSignal,
): Promise<void> {
  const limit = bounded(signal);
  let status: number;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: limit,
    });
    await response.body?.cancel();
    ({ status } = response);
  } catch (error) {
    throw new ViliError(code, `${receiver} cannot be reached: ${causeOf(error)}`);
  }
  if (status < 200 || status > 299) {
    throw new ViliError(code, `${receiver} responded with ${status}`);
  }
}

/** Aborts with the signal, and after 10 s. */
export function bounded(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(REPLY_TIMEOUT_MS)]);
}

// Private

/** fetch hides what failed behind `fetch failed`. */
function causeOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
}
