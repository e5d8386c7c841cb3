import { median } from '@bezel/local/measuring';
import { workflowIdOf } from '@bezel/order-workflow';
import type { Client } from '@temporalio/client';

/** A fact that moved an order, and when it and its move were committed, in ms since 1970. */
export interface MovedByFact {
  readonly orderId: string;
  readonly seq: number;
  readonly factAt: number;
  readonly movedAt: number;
}

/** The legs of the way from a fact to its move, as they follow each other. Medians in ms. */
export interface Legs {
  /** Outbox, relay, Kafka, consumer: from the fact's commit to its signal in the order's history. */
  readonly told: number;
  /** Until a worker has the workflow's task in its hands. */
  readonly taken: number;
  /** Until the workflow has decided, and Temporal has it. */
  readonly decided: number;
  /** The activity: until the move is committed. */
  readonly moved: number;
}

/**
 * Where the time goes between a fact and its move, by the clocks of Temporal and Postgres, which are of one machine. Of
 * orders whose history does not tell it (a fact that was told while the one before was acted upon) nothing is taken.
 */
export async function legsOf(client: Client, moves: readonly MovedByFact[]): Promise<Legs | null> {
  const found: Legs[] = [];
  for (const [orderId, own] of Map.groupBy(moves, (move) => move.orderId)) {
    const signals = await signalsOf(client, workflowIdOf(orderId));
    const facts = own.toSorted((a, b) => a.seq - b.seq);
    if (signals.length !== facts.length) continue;
    for (const [index, { factAt, movedAt }] of facts.entries()) {
      const { at, taken, decided } = signals[index] as Signal;
      found.push({ told: at - factAt, taken: taken - at, decided: decided - taken, moved: movedAt - decided });
    }
  }
  if (found.length === 0) return null;
  const leg = (name: keyof Legs): number => median(found.map((legs) => legs[name]));
  return { told: leg('told'), taken: leg('taken'), decided: leg('decided'), moved: leg('moved') };
}

interface Signal {
  readonly at: number;
  taken: number;
  decided: number;
}

/** The signals of a workflow in their order, each with the task that acted upon it. */
async function signalsOf(client: Client, workflowId: string): Promise<readonly Signal[]> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const signals: Signal[] = [];
  for (const event of events ?? []) {
    const at = Number(event.eventTime?.seconds ?? 0) * 1_000 + (event.eventTime?.nanos ?? 0) / 1e6;
    const waiting = signals.filter(({ decided }) => decided === 0);
    if (event.workflowExecutionSignaledEventAttributes != null) signals.push({ at, taken: 0, decided: 0 });
    else if (event.workflowTaskStartedEventAttributes != null) for (const each of waiting) each.taken = at;
    else if (event.workflowTaskCompletedEventAttributes != null) for (const each of waiting) each.decided = at;
  }
  return signals;
}
