import { APPS } from '../../account/hops.ts';
import type { AuditLimits } from '../../audit/limits.ts';
import { type AuditedStack, auditStack, type OrderAudit } from '../../audit-stack.ts';
import { type Asked, askRepairs } from '../../repair/asking/ask-repairs.ts';
import type { AskedRepair, RepairClient } from '../../repair/asking/repair-client.ts';
import { planRepairs } from '../../repair/plan-repairs.ts';
import type { RepairPlan } from '../../repair/repair.ts';
import { parkedOfEach } from '../../sources/views/parked.ts';
import type { Looking } from '../looking.ts';
import { NOTHING_SEEN, seenOf } from '../seen.ts';
import { AskedRepairs } from './automatic-repairs.ts';
import { counted, type Look, type Questions } from './questions.ts';

/** Looks at each of some orders alone and whole, from its first message on. */
export async function lookAtOrders(
  stack: AuditedStack,
  orderIds: readonly string[],
  { now, limits, signal, getsOn }: Looking & { readonly now: number; readonly limits: AuditLimits },
): Promise<{ readonly look: Look; readonly audits: readonly OrderAudit[] }> {
  const audits: OrderAudit[] = [];
  const options = { orderIds, limits, readAt: now, signal, onProgress: getsOn };
  for await (const audit of auditStack(stack, options)) audits.push(audit);
  const orders = new Map(orderIds.map((orderId) => [orderId, NOTHING_SEEN]));
  for (const audit of audits) orders.set(audit.account.orderId, seenOf(audit));
  return { look: { at: now, orders }, audits };
}

/** What became of a repair, for who counts them. `failed`: it could not be asked for. */
export type RepairOutcome = 'asked' | Exclude<AskedRepair['state'], 'asked'> | 'failed';
export const REPAIR_OUTCOMES = ['asked', 'done', 'needless', 'refused', 'failed'] as const satisfies RepairOutcome[];

/** What became of one repair. */
export interface RepairNews {
  readonly orderId: string;
  readonly kind: AskedRepair['kind'];
  readonly outcome: RepairOutcome;
  /** What came of it, or why it was not asked for. */
  readonly text: string;
}

interface RepairingNow extends Looking {
  readonly now: number;
  /** Told of each as it is known. */
  readonly onRepair: (repair: RepairNews) => void;
}

/** Asks for what is safe, and tells what came of it. */
export class Repairing {
  readonly #stack: AuditedStack;
  readonly #client: RepairClient;
  readonly #memory = new AskedRepairs();
  /** Asked for and not known to be carried out, by id. */
  readonly #waiting = new Map<string, AskedRepair>();

  constructor(stack: AuditedStack, client: RepairClient) {
    this.#stack = stack;
    this.#client = client;
  }

  /**
   * Repairs what counts of the orders that were looked at.
   *
   * @throws RepairNotAskedError when the door does not answer, or refuses whoever asks
   */
  async repair(
    audits: readonly OrderAudit[],
    questions: Questions,
    { now, signal, getsOn, onRepair }: RepairingNow,
  ): Promise<void> {
    await this.#hear({ signal, getsOn, onRepair });
    const plans = await this.#planned(audits, questions, signal);
    for (const plan of this.#memory.toAsk(plans, questions, now)) {
      signal.throwIfAborted();
      // One after the other: where the door answers no more, what it has answered is remembered, and nothing else.
      for (const repair of plan.repairs) {
        const one = { ...plan, repairs: [repair] };
        for await (const answer of askRepairs(this.#client, one, signal)) {
          if ('asked' in answer && answer.asked.state === 'asked') this.#waiting.set(answer.asked.id, answer.asked);
          onRepair(toldOf(plan.orderId, answer));
        }
        this.#memory.asked(one, now);
        getsOn();
      }
    }
  }

  /** What came of the repairs that wait. */
  async #hear({ signal, getsOn, onRepair }: Omit<RepairingNow, 'now'>): Promise<void> {
    for (const orderId of new Set([...this.#waiting.values()].map((repair) => repair.orderId))) {
      signal.throwIfAborted();
      for (const repair of await this.#client.of(orderId)) {
        if (repair.state === 'asked' || !this.#waiting.delete(repair.id)) continue;
        onRepair({ orderId, kind: repair.kind, outcome: repair.state, text: repair.outcome ?? '' });
      }
      getsOn();
    }
  }

  /** What would repair what counts of the orders. */
  async #planned(audits: readonly OrderAudit[], questions: Questions, signal: AbortSignal): Promise<RepairPlan[]> {
    const some = audits.flatMap(({ account }) => {
      const question = questions.get(account.orderId);
      const findings = question?.curable ? counted(question) : [];
      return findings.length === 0 ? [] : [{ account, findings }];
    });
    if (some.length === 0) return [];
    const orderIds = some.map(({ account }) => account.orderId);
    const parked = await Promise.all(APPS.map((app) => parkedOfEach(this.#stack.postgres[app], app, orderIds, signal)));
    return some.map((ailing) =>
      planRepairs({ ...ailing, parked: parked.flatMap((ofApp) => ofApp.get(ailing.account.orderId) ?? []) }),
    );
  }
}

const toldOf = (orderId: string, answer: Asked): RepairNews =>
  'asked' in answer
    ? {
        orderId,
        kind: answer.asked.kind,
        outcome: answer.asked.state,
        text: answer.asked.outcome ?? answer.asked.reason,
      }
    : { orderId, kind: answer.repair.kind, outcome: 'failed', text: answer.notAsked.message };
