import { percentile } from '@bezel/local/measuring';
import type pg from 'pg';
import type { Doors, Specification } from '../system/doors.ts';
import { openLoop } from './open-loop.ts';

export interface PostOptions {
  readonly perSecond: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** The database the orders go to. */
  readonly shop: pg.Pool;
}

const WARM_UP_SECONDS = 3;

/** Of how many a second the time of a bare commit is taken: enough to meet what holds up orders, too few to be it. */
export const COMMITS_PER_SECOND = 20;

/** Times in ms. */
export interface Times {
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
}

const timesOf = (took: Float64Array): Times => ({
  p50: percentile(took, 50),
  p99: percentile(took, 99),
  longest: percentile(took, 100),
});

/**
 * How long POST /v1/orders takes, at a fixed rate of arrivals: of a model uploaded before, each with a key of its own. And
 * beside it how long the same database takes at that time to commit a transaction that does nothing but reach the disk.
 */
export async function postOrders(
  doors: Doors,
  order: Specification,
  { perSecond, seconds, signal, shop }: PostOptions,
): Promise<{ readonly posts: Times; readonly commits: Times; readonly refused: number }> {
  const send = async (): Promise<void> => {
    await doors.submit(order);
  };
  const commit = async (): Promise<void> => {
    await shop.query("SELECT pg_logical_emit_message(true, 'bench', '')");
  };
  await openLoop({ perSecond, count: perSecond * WARM_UP_SECONDS, signal }, send);
  const before = doors.refusals();
  const [posts, commits] = await Promise.all([
    openLoop({ perSecond, count: perSecond * seconds, signal }, send),
    openLoop({ perSecond: COMMITS_PER_SECOND, count: COMMITS_PER_SECOND * seconds, signal }, commit),
  ]);
  return { posts: timesOf(posts), commits: timesOf(commits), refused: doors.refusals() - before };
}
