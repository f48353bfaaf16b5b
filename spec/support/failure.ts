/** The error a promise fails with; an error of the spec when it does not fail. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  throw new Error(`expected a failure, got ${JSON.stringify(value)}`);
}
