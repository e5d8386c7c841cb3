import type { OrderClient } from '@bezel/order-workflow/client';
import { log, type Swept } from '@bezel/service';
import { askAsSweeper } from './ask-as-sweeper.ts';
import { factsOfEnded } from './facts-of-ended.ts';
import { parkedFacts, type Unanswered, unansweredFacts, underWay, type Waiting } from './forgotten-orders.ts';
import { askForMissing, type Looking, missing } from './missing-workflows.ts';
import { type Questions, questions } from './questions.ts';
import { summed } from './summed.ts';

interface StuckOptions extends Pick<Looking, 'db'> {
  readonly workflows: Looking['workflows'] & Pick<OrderClient, 'state'>;
  readonly quietMs: number;
}

/**
 * One look after another for orders that go on no more: those without a workflow, those whose workflow has not heard of a fact
 * that was recorded, those that ended without an answer to one, and those of which facts are parked that could be told now. It asks for what they need as it goes.
 */
export function stuckWorkflows({ db, workflows, quietMs }: StuckOptions): (signal: AbortSignal) => Promise<Swept> {
  let unanswered: ReadonlySet<string> = new Set();
  let lookedAt: string | null = null;
  return async (signal) => {
    const looking: Looking = { db, workflows, sweeper: 'stuck-workflows', signal };
    const asking = questions(unanswered);
    const waiting: Waiting[] = [];
    let swept = 0;
    const askToTell = async (facts: readonly Unanswered[]) => {
      for (const { id: orderId, messageId } of facts) {
        const { sweeper } = looking;
        if (await askAsSweeper(db, { orderId, sweeper }, { kind: 'tell-fact', messageId })) swept++;
      }
      waiting.push(...facts);
    };
    const tell = async (facts: readonly Unanswered[]) => {
      const { unheard, unknown } = await whatIsUnheard(facts, workflows, { asking, signal });
      await askToTell(unheard);
      waiting.push(...unknown);
    };
    const last: Unanswered[] = [];
    for await (const { page, without, asked } of askForMissing(underWay(db, quietMs), looking)) {
      waiting.push(...without);
      swept += asked;
      const hearing = page.filter((order) => !without.includes(order));
      const facts = await unansweredFacts(db, hearing, quietMs);
      last.push(...facts.filter(({ id }) => asking.last.has(id)));
      await tell(facts.filter(({ id }) => !asking.last.has(id)));
    }
    await tell(last);
    unanswered = asking.forNext();
    const ended = await factsOfEnded(db, { after: lookedAt, olderThanMs: quietMs });
    await askToTell(ended.facts);
    lookedAt = ended.next;
    for await (const parked of deliverable(looking, quietMs)) {
      for (const { id: orderId } of parked) {
        if (await askAsSweeper(db, { orderId, sweeper: looking.sweeper }, { kind: 'redrive' })) swept++;
      }
      waiting.push(...parked);
    }
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

/** Orders with parked facts that could be told now: the workflow is open, or the order has ended and waits for none. */
async function* deliverable({ db, workflows, signal }: Looking, quietMs: number): AsyncGenerator<readonly Waiting[]> {
  for await (const page of parkedFacts(db, quietMs)) {
    signal.throwIfAborted();
    const without = await missing(
      workflows,
      page.filter(({ ended }) => !ended),
    );
    yield page.filter((order) => !without.includes(order));
  }
}
