import { setTimeout as delay } from 'node:timers/promises';
import { type Account, accountsOf } from './account.ts';
import type { Defect } from './defect.ts';
import { type Gathering, gather } from './gather.ts';
import { judge } from './judge.ts';

export interface Verdict {
  readonly defects: readonly Defect[];
  /** Orders of the run that the shop has, those no client heard of included. */
  readonly orders: number;
  readonly statuses: ReadonlyMap<string, number>;
  /** How many repairs of each kind were carried out: what the system did not get over by itself. */
  readonly repairs: ReadonlyMap<string, number>;
  /** All the evidence of each order with a defect, to be read by people: the databases it comes from go with the stack. */
  readonly evidence: readonly Account[];
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

/**
 * Looks until nothing is missing any more, or `settleMs` are over. A system that cannot be read by then has lost every order
 * that was answered, as far as anybody can tell: that is a verdict, too.
 */
export async function reachVerdict({ gathering, settleMs, signal }: VerdictOptions): Promise<Verdict> {
  const deadline = performance.now() + settleMs;
  for (;;) {
    try {
      const over = performance.now() > deadline;
      if (over || !judge(await gather(gathering(), false)).some(({ kind }) => MAY_PASS.includes(kind))) {
        const evidence = await gather(gathering(), true);
        const defects = judge(evidence);
        const { orders, repairs } = evidence.shop;
        const wrong = new Set(defects.map(({ order }) => order));
        return {
          defects,
          orders: orders.length,
          statuses: countsOf(orders.map(({ status }) => status)),
          repairs: countsOf(repairs.map(({ kind }) => kind)),
          evidence: accountsOf(evidence).filter(({ order }) => wrong.has(order.id)),
        };
      }
    } catch (error) {
      signal.throwIfAborted();
      if (performance.now() > deadline) return unreadable(gathering(), error as Error);
    }
    await delay(LOOK_AGAIN_MS, undefined, { signal });
  }
}

const countsOf = (words: readonly string[]): ReadonlyMap<string, number> =>
  new Map([...Map.groupBy(words, (word) => word)].map(([word, same]) => [word, same.length]));

function unreadable({ people }: Gathering, { message }: Error): Verdict {
  const orders = people.submissions.flatMap(({ orderIds }) => orderIds);
  const what = `answered 201, and the system cannot be read: ${message}`;
  return {
    defects: orders.map((order) => ({ kind: 'lost', order, what })),
    ...{ orders: orders.length, statuses: new Map(), repairs: new Map(), evidence: [] },
  };
}
