import { setTimeout as delay } from 'node:timers/promises';
import { type Gathering, gather } from './gather.ts';
import { type Defect, judge } from './judge.ts';

export interface Verdict {
  readonly defects: readonly Defect[];
  /** Orders of the run that the shop has, those no client heard of included. */
  readonly orders: number;
  readonly statuses: ReadonlyMap<string, number>;
}

export interface VerdictOptions {
  readonly gathering: () => Gathering;
  /** How long the system may take to come to rest. */
  readonly settleMs: number;
  readonly signal: AbortSignal;
}

const LOOK_AGAIN_MS = 1_000;
/** What may still arrive. The others stay as they are, however long one waits. */
const MAY_PASS: readonly Defect['kind'][] = ['lost', 'unfinished'];

/** Looks until nothing is missing any more, or `settleMs` are over. */
export async function reachVerdict({ gathering, settleMs, signal }: VerdictOptions): Promise<Verdict> {
  const deadline = performance.now() + settleMs;
  for (;;) {
    try {
      const over = performance.now() > deadline || signal.aborted;
      if (over || !judge(await gather(gathering(), false)).some(({ kind }) => MAY_PASS.includes(kind))) {
        const evidence = await gather(gathering(), true);
        const defects = judge(evidence);
        const { orders } = evidence.shop;
        const byStatus = Map.groupBy(orders, ({ status }) => status);
        return {
          defects,
          orders: orders.length,
          statuses: new Map([...byStatus].map(([status, those]) => [status, those.length])),
        };
      }
    } catch (error) {
      if (performance.now() > deadline || signal.aborted) throw error;
    }
    await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
  }
}
