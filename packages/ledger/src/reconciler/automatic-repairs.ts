import type { Hop } from '../account/hops.ts';
import type { Repair, RepairPlan } from '../repair/repair.ts';
import { counted, type Questions, unaccounted } from './questions.ts';

/**
 * So many orders that a repair would mend may be unaccounted for at a hop. Where more are, it is no order that was lost but a
 * consumer or a server that is away: what waits there arrives by itself, and repairs would only add to what it has to do. People are
 * told. What no repair would mend may be there for ever, and says nothing of who is away.
 */
export const MOST_AT_A_HOP = 20;

/** The same is asked for so often at most: what did not help so often is for people. */
export const ASKED_AT_MOST = 3;

/** And not again before so long: whoever carries it out may be away. */
export const ASKED_AGAIN_AFTER_MS = 5 * 60_000;

/** What was asked for is remembered for so long. */
const REMEMBERED_MS = 24 * 60 * 60_000;

/** Orders in question that may be repaired without a person. */
export function repairable(questions: Questions): Set<string> {
  const curable = new Map([...questions].filter(([, question]) => question.curable));
  const orders = unaccounted(curable);
  const crowded = new Set<Hop>([...orders].filter(([, count]) => count > MOST_AT_A_HOP).map(([hop]) => hop));
  const repairable = new Set<string>();
  for (const question of curable.values()) {
    const [first] = counted(question);
    if (first !== undefined && !crowded.has(first.hop)) repairable.add(question.orderId);
  }
  return repairable;
}

/** What was asked for, so that it is not asked for on and on. */
export class AskedRepairs {
  readonly #asked = new Map<string, { readonly times: number; readonly at: number }>();

  /**
   * What of a plan is asked for now. Not what was parked: it was tried as often as its consumer tries, and would fail again
   * until somebody has mended what it failed at.
   */
  toAsk(plan: RepairPlan, now: number): RepairPlan {
    const repairs = plan.repairs.filter((repair) => {
      const before = this.#asked.get(nameOf(repair));
      if (repair.kind === 'redrive') return false;
      return before === undefined || (before.times < ASKED_AT_MOST && now - before.at >= ASKED_AGAIN_AFTER_MS);
    });
    return { ...plan, repairs };
  }

  /** These were asked for. */
  asked(plan: RepairPlan, now: number): void {
    for (const repair of plan.repairs) {
      const name = nameOf(repair);
      this.#asked.set(name, { times: (this.#asked.get(name)?.times ?? 0) + 1, at: now });
    }
    for (const [name, { at }] of this.#asked) if (now - at > REMEMBERED_MS) this.#asked.delete(name);
  }
}

const nameOf = (repair: Repair): string =>
  `${repair.kind} ${repair.orderId} ${'messageId' in repair ? repair.messageId : ''}`;
