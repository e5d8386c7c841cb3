/**
 * Does several things at the same time. When one fails, the signal that all were given fires, and the first failure is
 * thrown once all have settled: nothing goes on behind an error message.
 */
export async function together<T extends readonly unknown[]>(
  signal: AbortSignal,
  ...works: { readonly [K in keyof T]: (signal: AbortSignal) => Promise<T[K]> }
): Promise<T> {
  const failing = new AbortController();
  const either = AbortSignal.any([signal, failing.signal]);
  const done = works.map(async (work) => {
    try {
      return await work(either);
    } catch (error) {
      failing.abort(error);
      throw error;
    }
  });
  await Promise.allSettled(done);
  either.throwIfAborted();
  return (await Promise.all(done)) as unknown as T;
}
