import type { OrderClient } from '@bezel/order-workflow/client';
import { log, type Swept } from '@bezel/service';
import { askAsSweeper, ENDED_WITHOUT_ANSWER } from './ask-as-sweeper.ts';
import { factsOfEnded } from './looking/facts-of-ended.ts';
import { parkedFacts, type Unanswered, unansweredFacts, underWay, type Waiting } from './looking/forgotten-orders.ts';
import { askForMissing, type Looking, presences } from './looking/missing-workflows.ts';
import { type Questions, questions } from './looking/questions.ts';
import { summed } from './summed.ts';

interface StuckOptions extends Pick<Looking, 'db'> {
  readonly workflows: Looking['workflows'] & Pick<OrderClient, 'state'>;
  readonly quietMs: number;
}

/**
 * One look after another for orders that go on no more: those without a workflow, those whose workflow has not heard of a fact
 * that was recorded, those that ended without an answer to one, and those of which facts are parked that could be told now: the
 * workflow is open, or the order has ended and waits for none. It asks for what they need as it goes.
 */
export function stuckWorkflows({ db, workflows, quietMs }: StuckOptions): (signal: AbortSignal) => Promise<Swept> {
  const nobody: ReadonlySet<string> = new Set();
  let last = { missing: nobody, unheard: nobody, parked: nobody };
  let lookedAt: string | null = null;
  return async (signal) => {
    const looking: Looking = { db, workflows, sweeper: 'stuck-workflows', signal };
    // Each asks about other orders, or somebody else: Temporal, or the workers.
    const missing = questions(last.missing);
    const unheard = questions(last.unheard);
    const parked = questions(last.parked);
    const waiting: Waiting[] = [];
    let swept = 0;
    const askToTell = async (facts: readonly Unanswered[], reason?: string) => {
      for (const { id: orderId, messageId } of facts) {
        const asking = { orderId, sweeper: looking.sweeper, reason };
        if (await askAsSweeper(db, asking, { kind: 'tell-fact', messageId })) swept++;
      }
      waiting.push(...facts);
    };
    const tell = async (facts: readonly Unanswered[]) => {
      const found = await whatIsUnheard(facts, workflows, { asking: unheard, signal });
      await askToTell(found.unheard);
      waiting.push(...found.unknown);
    };
    const redrive = async (orders: readonly Waiting[]) => {
      for (const { id: orderId } of orders) {
        if (await askAsSweeper(db, { orderId, sweeper: looking.sweeper }, { kind: 'redrive' })) swept++;
      }
      waiting.push(...orders);
    };
    // What has ended comes first: it needs nothing of Temporal.
    const ended = await factsOfEnded(db, { after: lookedAt, olderThanMs: quietMs });
    await askToTell(ended.facts, ENDED_WITHOUT_ANSWER);
    lookedAt = ended.next;
    for await (const page of parkedFacts(db, { of: 'ended', olderThanMs: quietMs })) await redrive(page);
    const toldLast: Unanswered[] = [];
    for await (const { open, without, unknown, asked } of askForMissing(underWay(db, quietMs), looking, missing)) {
      waiting.push(...without, ...unknown);
      swept += asked;
      const facts = await unansweredFacts(db, open, quietMs);
      toldLast.push(...facts.filter(({ id }) => unheard.last.has(id)));
      await tell(facts.filter(({ id }) => !unheard.last.has(id)));
    }
    await tell(toldLast);
    // The others wait already, for a workflow or for an answer: they are under way.
    const toPlay = parkedFacts(db, { of: 'under way', olderThanMs: quietMs });
    for await (const { open } of presences(toPlay, looking, parked)) await redrive(open);
    last = { missing: missing.forNext(), unheard: unheard.forNext(), parked: parked.forNext() };
    return summed(waiting, swept);
  };
}

/**
 * Facts that the workflow has not heard: one it keeps for later, or a cancellation it is at, is no reason to tell it again.
 * What could not be asked is `unknown`, and waits.
 */
async function whatIsUnheard(
  facts: readonly Unanswered[],
  workflows: Pick<OrderClient, 'state'>,
  { asking, signal }: { readonly asking: Questions; readonly signal: AbortSignal },
): Promise<{ readonly unheard: Unanswered[]; readonly unknown: Unanswered[] }> {
  const unheard: Unanswered[] = [];
  const unknown: Unanswered[] = [];
  for (const fact of facts) {
    signal.throwIfAborted();
    if (asking.away || asking.unanswered.has(fact.id)) {
      unknown.push(fact);
      continue;
    }
    try {
      const state = await workflows.state(fact.id);
      asking.came(fact.id, 'answer');
      if (state !== null && !state.seen.includes(fact.messageId)) unheard.push(fact);
    } catch (error) {
      log.warn({ err: error, 'order.id': fact.id }, 'what a workflow has heard cannot be asked');
      asking.came(fact.id, 'none');
      unknown.push(fact);
    }
  }
  return { unheard, unknown };
}
