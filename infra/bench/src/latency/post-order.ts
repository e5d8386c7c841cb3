import { percentile } from '@bezel/local/measuring';
import type { Doors, Specification } from '../system/doors.ts';
import { openLoop } from './open-loop.ts';

export interface PostOptions {
  readonly perSecond: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

const WARM_UP_SECONDS = 3;

/** How long POST /v1/orders takes, in ms, at a fixed rate of arrivals: of a model uploaded before, each with a key of its own. */
export async function postOrders(
  doors: Doors,
  order: Specification,
  { perSecond, seconds, signal }: PostOptions,
): Promise<{ readonly p50: number; readonly p99: number; readonly longest: number; readonly refused: number }> {
  const send = async (): Promise<void> => {
    await doors.submit(order);
  };
  await openLoop({ perSecond, count: perSecond * WARM_UP_SECONDS, signal }, send);
  const before = doors.refusals();
  const took = await openLoop({ perSecond, count: perSecond * seconds, signal }, send);
  return {
    p50: percentile(took, 50),
    p99: percentile(took, 99),
    longest: percentile(took, 100),
    refused: doors.refusals() - before,
  };
}
