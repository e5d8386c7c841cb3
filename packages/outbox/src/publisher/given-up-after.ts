/**
 * Waits no longer than `withinMs`. Neither client can take a send back: what comes after the deadline is a repetition, as
 * its caller throws the connections away and sends the same messages first.
 *
 * @throws Error when the time is up
 */
export async function givenUpAfter<Result>(withinMs: number, sending: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Kafka did not answer within ${Math.round(withinMs)} ms`)), withinMs);
  });
  try {
    return await Promise.race([sending, timeUp]);
  } finally {
    clearTimeout(timer);
    sending.catch(() => {});
  }
}
