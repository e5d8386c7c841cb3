import { FACT_SIGNAL, WORKFLOW_TYPE, workflowIdOf } from '@bezel/order-workflow';
import { payloadCodec, readPayloadKeys } from '@bezel/order-workflow/codec';
import { Client, Connection, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowSeen, WorkflowStatus } from '../account/evidence.ts';
import type { Batches } from './batches.ts';

/** Reads the orders' workflows; signals, queries and changes nothing. */
export interface WorkflowReader extends AsyncDisposable {
  /** The workflows of the given orders, or of all; in no order. An order without one is left out. */
  seen(orderIds?: readonly string[]): Batches<WorkflowSeen>;
  /**
   * Ids of the messages that the order's workflow was told, from the histories of all its runs that Temporal still has: a
   * long one goes on as a new run. Empty when there is no workflow.
   *
   * @throws PayloadKeyUnknownError, PayloadDamagedError when they are encrypted and cannot be read: that is no finding
   */
  signalled(orderId: string): Promise<string[]>;
}

type Events = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>;
type Payload = Parameters<ReturnType<typeof payloadCodec>['decode']>[0][number];

const WORKFLOWS_A_BATCH = 500;
const QUESTIONS_AT_ONCE = 16;
const ID_PREFIX = workflowIdOf('');

/** Where the workflows of orders are. */
export interface WorkflowsPlace {
  readonly address: string;
  readonly namespace: string;
  /** As the apps have them in TEMPORAL_PAYLOAD_KEYS; a reader needs every key that an order it reads was encrypted with. */
  readonly payloadKeys?: string;
}

/**
 * Opens a reader on a Temporal namespace.
 *
 * @throws PayloadKeysInvalidError
 */
export async function openWorkflows({ address, namespace, payloadKeys }: WorkflowsPlace): Promise<WorkflowReader> {
  const codec = payloadCodec(payloadKeys === undefined ? [] : readPayloadKeys(payloadKeys));
  const connection = await Connection.connect({ address });
  const { workflow: workflows } = new Client({ connection, namespace });

  return {
    seen: (orderIds) => (orderIds === undefined ? listed() : described(orderIds)),

    async signalled(orderId) {
      const told: Payload[] = [];
      let runId: string | undefined;
      do {
        const events = await eventsOf(orderId, runId);
        for (const { workflowExecutionSignaledEventAttributes: signal } of events) {
          if (signal?.signalName === FACT_SIGNAL) told.push(...(signal.input?.payloads ?? []));
        }
        runId = events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
      } while (runId !== undefined);
      return messageIdsIn(await codec.decode(told));
    },

    async [Symbol.asyncDispose]() {
      await connection.close();
    },
  };

  /** The history of one run, by default the newest; empty when Temporal has it no longer or never had it. */
  async function eventsOf(orderId: string, runId: string | undefined): Promise<Events> {
    try {
      return (await workflows.getHandle(workflowIdOf(orderId), runId).fetchHistory()).events ?? [];
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return [];
      throw error;
    }
  }

  /** Temporal's list follows its executions with a small delay. What it has not yet is young, and so on its way. */
  async function* listed(): Batches<WorkflowSeen> {
    let batch: WorkflowSeen[] = [];
    for await (const execution of workflows.list({ query: `WorkflowType = '${WORKFLOW_TYPE}'` })) {
      if (!execution.workflowId.startsWith(ID_PREFIX)) continue;
      batch.push(seenOf(execution));
      if (batch.length < WORKFLOWS_A_BATCH) continue;
      yield batch;
      batch = [];
    }
    yield batch;
  }

  /** Asks for each order: exact at the moment of asking. */
  async function* described(orderIds: readonly string[]): Batches<WorkflowSeen> {
    for (let start = 0; start < orderIds.length; start += QUESTIONS_AT_ONCE) {
      const asked = orderIds.slice(start, start + QUESTIONS_AT_ONCE).map(async (orderId) => {
        try {
          return [seenOf(await workflows.getHandle(workflowIdOf(orderId)).describe())];
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return [];
          throw error;
        }
      });
      yield (await Promise.all(asked)).flat();
    }
  }
}

interface Execution {
  readonly workflowId: string;
  readonly status: { readonly name: string };
  readonly startTime: Date;
  readonly closeTime?: Date;
}

const STATUSES: readonly WorkflowStatus[] = [
  'RUNNING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'TERMINATED',
  'CONTINUED_AS_NEW',
  'TIMED_OUT',
];

const seenOf = ({ workflowId, status, startTime, closeTime }: Execution): WorkflowSeen => ({
  source: 'workflow',
  orderId: workflowId.slice(ID_PREFIX.length),
  status: STATUSES.find((known) => known === status.name) ?? 'UNKNOWN',
  startedAt: startTime.getTime(),
  closedAt: closeTime?.getTime() ?? null,
});

/** A signal carries one fact as JSON. What is something else proves nothing and is left out. */
function messageIdsIn(payloads: readonly { readonly data?: Uint8Array | null }[]): string[] {
  return payloads.flatMap(({ data }) => {
    try {
      const fact: unknown = JSON.parse(Buffer.from(data ?? []).toString());
      const id = (fact as { messageId?: unknown } | null)?.messageId;
      return typeof id === 'string' ? [id] : [];
    } catch {
      return [];
    }
  });
}
