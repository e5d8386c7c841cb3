import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { connectReadOnly, SourceUnavailableError } from '../../sources/connection.ts';
import { CLOCK } from '../../sources/views/shop-clock.ts';

/** How a lease is held. In ms. */
export interface LeaseTimes {
  /** Between two tries to get it. */
  readonly tryEveryMs: number;
  /** Between two signs of life of who holds it. */
  readonly beatEveryMs: number;
  /** Without an answer to one for so long, it counts as lost. */
  readonly answerWithinMs: number;
  /** Postgres gives it to another one when it has not heard of its holder for so long. More than the two before together. */
  readonly silentForMs: number;
}

export const LEASE_TIMES: LeaseTimes = {
  ...{ tryEveryMs: 1_000, beatEveryMs: 2_000, answerWithinMs: 3_000, silentForMs: 10_000 },
};

interface LeaseOptions {
  /** The shop's database. Its login needs no right to write: an advisory lock is no row. */
  readonly url: string;
  readonly name: string;
  readonly signal: AbortSignal;
  readonly times?: LeaseTimes;
  /** Told whenever it can be asked for, and when it cannot: its database is away. */
  readonly onAsked: (trouble: SourceUnavailableError | null) => void;
}

/**
 * What is done under a lease.
 *
 * @param clock what time it is by the database, in milliseconds since 1970: a machine's own clock may jump
 */
type LeasedWork = (signal: AbortSignal, clock: () => Promise<number>) => Promise<void>;

/**
 * Does work while nobody else does it: again and again waits for a lease, holds it while it works, and tells the work by its
 * signal when the lease is lost. Ends when `signal` fires.
 *
 * The lease is an advisory lock of a session of its own. When its holder is killed, Postgres sees the connection end and the next
 * one has it within `tryEveryMs`. When the holder is stopped or cut off, Postgres ends its session after `silentForMs`; the
 * holder itself has given up by then, so two never work at once.
 */
export async function withLease(options: LeaseOptions, work: LeasedWork): Promise<void> {
  const { signal, times = LEASE_TIMES, onAsked } = options;
  while (!signal.aborted) {
    try {
      await holdOnce(options, work);
    } catch (error) {
      if (signal.aborted) return;
      onAsked(error instanceof SourceUnavailableError ? error : new SourceUnavailableError('shop', 'The lease', error));
    }
    await delay(times.tryEveryMs, undefined, { signal }).catch(() => {});
  }
}

/** Gets the lease once, works until the work ends or the lease is lost. */
async function holdOnce(
  { url, name, signal, times = LEASE_TIMES, onAsked }: LeaseOptions,
  work: LeasedWork,
): Promise<void> {
  await using connection = await connectReadOnly(url, 'shop');
  const { client } = connection;
  const losing = new AbortController();
  const lose = (): void => losing.abort(new LeaseLostError());
  client.on('end', lose);
  const ask = oneAfterTheOther(client, times.answerWithinMs);
  await ask(SILENT, [`${times.silentForMs}`]);
  while (!(await ask<boolean>(TRY, [`bezel ${name}`]))) {
    onAsked(null);
    await delay(times.tryEveryMs, undefined, { signal });
    losing.signal.throwIfAborted();
  }
  onAsked(null);
  const beating = beat(() => ask(CLOCK).catch(lose), losing.signal, times);
  try {
    await work(AbortSignal.any([signal, losing.signal]), () => ask<number>(CLOCK));
  } finally {
    lose();
    await beating;
  }
}

/** The name is the key: nobody else in this database takes a lock of that number. */
const TRY = 'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS answer';

/** Of this session alone. A holder that is cut off answers nothing: the kernel of the database's machine finds out as soon. */
const SILENT = `
  SELECT set_config('idle_session_timeout', $1, false) AS answer, set_config('tcp_keepalives_idle', '4', false),
         set_config('tcp_keepalives_interval', '2', false), set_config('tcp_keepalives_count', '3', false)`;

async function beat(ask: () => Promise<unknown>, signal: AbortSignal, { beatEveryMs }: LeaseTimes): Promise<void> {
  for (;;) {
    await delay(beatEveryMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    await ask();
  }
}

type Ask = <T>(text: string, values?: string[]) => Promise<T>;

/** Questions over one connection, each answered in time or never: whoever works asks the time while the lease is kept. */
function oneAfterTheOther(client: pg.Client, withinMs: number): Ask {
  let before: Promise<unknown> = Promise.resolve();
  return async <T>(text: string, values: string[] = []) => {
    const asked = before.then(() => client.query<{ answer: T }>(text, values));
    before = asked.catch(() => {});
    const ending = new AbortController();
    const late = delay(withinMs, undefined, { signal: ending.signal }).then(
      () => undefined,
      () => undefined,
    );
    const answer = await Promise.race([asked, late]).finally(() => ending.abort());
    const row = answer?.rows[0];
    if (row === undefined) throw new LeaseLostError();
    return row.answer;
  };
}

/** The session that held the lease has ended, or does not answer: another one may have it. */
export class LeaseLostError extends Error {
  readonly code = 'lease_lost';
  readonly retryable = true;

  constructor() {
    super('the lease is lost');
    this.name = 'LeaseLostError';
  }
}
