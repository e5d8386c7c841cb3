import type { StatementRunner } from '../database/statement.ts';
import { type MessageRow, type StoredMessage, toMessage } from './message.ts';
import type { ReadAnswer, ReadPlan } from './tracker/plan.ts';

/** What is wanted of one shard. */
export interface LaneRequest {
  readonly shard: number;
  /** Oid of the shard's sequence. */
  readonly sequence: number;
  readonly plan: ReadPlan;
  readonly rowLimit: number;
}

/** What one statement answered, and which server it was. */
export interface ReadResult {
  /** When this server's postmaster started, as the server wrote it. */
  readonly start: string;
  readonly standby: boolean;
  readonly lanes: readonly LaneResult[];
}

export interface LaneResult {
  readonly shard: number;
  /** The token this server holds for the shard; null after a crash or a promotion. */
  readonly token: string | null;
  /** Whether the shard's sequence exists and hands out every number. */
  readonly dense: boolean;
  readonly answer: ReadAnswer;
  readonly messages: readonly StoredMessage[];
}

interface Head {
  readonly start: string;
  readonly standby: boolean;
  readonly lanes: readonly HeadLane[] | null;
}

interface HeadLane {
  readonly shard: number;
  readonly last: number;
  readonly dense: boolean;
  readonly token: string | null;
  readonly running: readonly string[] | null;
  readonly ending: readonly string[] | null;
}

/** Runs the read for some shards at once. Decides nothing: what the answer means is up to each shard's tracker. */
export async function readLanes(
  run: StatementRunner,
  statement: string,
  requests: readonly LaneRequest[],
  maxBytesPerLane: number,
): Promise<ReadResult> {
  const gaps = requests.flatMap(({ shard, plan }) => plan.gaps.map((gap) => ({ shard, ...gap })));
  const { rows } = await run.run(statement, [
    requests.map(({ shard }) => shard),
    requests.map(({ sequence }) => sequence),
    requests.map(({ plan }) => plan.cursor),
    requests.map(({ plan }) => plan.upTo),
    requests.map(({ rowLimit }) => rowLimit),
    requests.map(({ plan }) => plan.restingOn.join(' ')),
    gaps.map(({ shard }) => shard),
    gaps.map(({ from }) => from),
    gaps.map(({ to }) => to),
    requests.filter(({ plan }) => plan.look).map(({ sequence }) => sequence),
    maxBytesPerLane,
  ]);
  const [head, ...found] = rows as [{ head: Head }, ...MessageRow[]];
  const messages = Map.groupBy(found.map(toMessage), ({ shard }) => shard);
  const lanes = new Map(head.head.lanes?.map((lane) => [lane.shard, lane]));
  return {
    start: head.head.start,
    standby: head.head.standby,
    lanes: requests.map(({ shard, plan, rowLimit }) => {
      const lane = lanes.get(shard);
      const own = messages.get(shard) ?? [];
      const bytes = own.reduce((sum, { payload }) => sum + payload.length, 0);
      return {
        shard,
        token: lane?.token ?? null,
        dense: lane?.dense ?? false,
        messages: own,
        answer: {
          seqs: own.map(({ seq }) => seq),
          // The statement stops at the row limit, or at the row whose predecessors fill the byte limit.
          complete: own.length < rowLimit && bytes < maxBytesPerLane,
          lastValue: lane?.last ?? 0,
          running: plan.look ? new Set(lane?.running ?? []) : undefined,
          ending: new Set(lane?.ending ?? []),
        },
      };
    }),
  };
}
