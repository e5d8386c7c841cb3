import type { Hop } from '../../account/hops.ts';
import type { Repair, RepairPlan } from '../../repair/repair.ts';
import { counted, type Questions, unaccounted } from './questions.ts';

/**
 * So many orders that a repair would mend may be unaccounted for at a hop. Where more are, it is no order that was lost but a
 * consumer or a server that is away: what waits there arrives by itself, and repairs would only add to what it has to do. People are
 * told. What no repair would mend, what is parked and what was asked for in vain may be there for ever, and says nothing of who is
 * away.
 */
export const MOST_AT_A_HOP = 20;

/** The same is asked for so often at most: what did not help so often is for people. */
export const ASKED_AT_MOST = 3;

/** And not again before so long: whoever carries it out may be away. */
export const ASKED_AGAIN_AFTER_MS = 5 * 60_000;

/** Orders of one look that are repaired, at most. */
const REPAIRED_A_LOOK = 20;

/** What was asked for is remembered for so long. */
const REMEMBERED_MS = 24 * 60 * 60_000;

/**
 * Orders in question that may be repaired without a person.
 *
 * @param spent orders of which nothing is left to ask for
 */
export function repairable(questions: Questions, spent: ReadonlySet<string> = new Set()): Set<string> {
  const curable = new Map([...questions].filter(([id, question]) => question.curable && !spent.has(id)));
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
  /** Orders in question of which nothing was left to ask for when they were last looked at. */
  readonly #spent = new Set<string>();

  /**
   * What is asked for now of the plans of one look: of some orders at most, and only of such as have something to ask for. The
   * others would keep their places for ever.
   */
  toAsk(plans: readonly RepairPlan[], questions: Questions, now: number): RepairPlan[] {
    for (const plan of plans) {
      if (plan.repairs.some((repair) => this.#mayAsk(repair))) this.#spent.delete(plan.orderId);
      else this.#spent.add(plan.orderId);
    }
    for (const orderId of this.#spent) if (!questions.has(orderId)) this.#spent.delete(orderId);
    const may = repairable(questions, this.#spent);
    return plans
      .filter(({ orderId }) => may.has(orderId))
      .map((plan) => ({ ...plan, repairs: plan.repairs.filter((repair) => this.#mayAskNow(repair, now)) }))
      .filter(({ repairs }) => repairs.length > 0)
      .slice(0, REPAIRED_A_LOOK);
  }

  /**
   * Not what was parked: it was tried as often as its consumer tries, and would fail again until somebody has mended what it failed
   * at.
   */
  #mayAsk(repair: Repair): boolean {
    return repair.kind !== 'redrive' && (this.#asked.get(nameOf(repair))?.times ?? 0) < ASKED_AT_MOST;
  }

  #mayAskNow(repair: Repair, now: number): boolean {
    const before = this.#asked.get(nameOf(repair));
    return this.#mayAsk(repair) && (before === undefined || now - before.at >= ASKED_AGAIN_AFTER_MS);
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
