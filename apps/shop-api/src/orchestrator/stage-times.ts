import type { OrderStatus } from '@bezel/contracts';
import { STAGE_TIMES, type StageTime, type StageTimes } from '@bezel/order-workflow';
import { env } from '@bezel/service';

/** An entry of STAGE_TIMES cannot be read, or makes no sense. */
export class StageTimesInvalidError extends Error {
  override readonly name = 'StageTimesInvalidError';
  readonly code = 'STAGE_TIMES_INVALID';
}

/** What the stages of a tenant's orders may take and usually do. */
export type StageTimesOf = (tenant: string) => StageTimes;

/** The stage contract's, for everybody. */
export const CONTRACT_TIMES: StageTimesOf = () => STAGE_TIMES;

const ENTRY = /^(?:([^:=/\s]+):)?([A-Z_]+)=([^/]+)\/([^/]+)$/;

/**
 * Reads where the times of stages differ from the stage contract's: entries `[tenant:]STATUS=SLA/usual`, divided by commas,
 * each time ISO 8601 or ms. A tenant's own come before those for everybody, these before the contract's. They become part
 * of an order when its workflow starts: a change is for new orders.
 *
 * @throws StageTimesInvalidError
 * @example
 * readStageTimes('PACKED=PT12H/PT2H, goldsmith:APPROVED=P1D/PT8H')('goldsmith').APPROVED?.withinMs; // 86_400_000
 */
export function readStageTimes(text: string): StageTimesOf {
  const everybody: Partial<Record<OrderStatus, StageTime>> = {};
  const own = new Map<string, Partial<Record<OrderStatus, StageTime>>>();
  for (const entry of text.split(',').map((part) => part.trim())) {
    const { tenant, status, time } = readEntry(entry);
    const times = tenant === undefined ? everybody : (own.get(tenant) ?? {});
    if (times[status] !== undefined) throw new StageTimesInvalidError(`"${entry}": ${status} is given before`);
    times[status] = time;
    if (tenant !== undefined) own.set(tenant, times);
  }
  return (tenant) => ({ ...STAGE_TIMES, ...everybody, ...own.get(tenant) });
}

function readEntry(entry: string): { tenant: string | undefined; status: OrderStatus; time: StageTime } {
  const [, tenant, status, within, typical] = ENTRY.exec(entry) ?? [];
  if (status === undefined) {
    throw new StageTimesInvalidError(`"${entry}": expected [tenant:]STATUS=SLA/usual, such as PACKED=PT12H/PT2H`);
  }
  if (!hasSla(status)) throw new StageTimesInvalidError(`"${entry}": ${status} is no status with an SLA`);
  const time = { withinMs: msOf(entry, within), typicalMs: msOf(entry, typical) };
  if (time.withinMs < 1 || time.typicalMs > time.withinMs) {
    throw new StageTimesInvalidError(`"${entry}": an SLA is more than nothing, and not less than what is usual`);
  }
  return { tenant, status, time };
}

const hasSla = (status: string): status is OrderStatus => Object.hasOwn(STAGE_TIMES, status);

function msOf(entry: string, duration: string | undefined): number {
  const read = env.duration.safeParse(duration);
  if (!read.success) throw new StageTimesInvalidError(`"${entry}": ${read.error.issues[0]?.message}`);
  return read.data;
}
