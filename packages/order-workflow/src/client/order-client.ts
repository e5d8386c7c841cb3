import {
  Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { dataConverterWith, type PayloadKeys } from '../codec/index.ts';
import type { OrderInput } from '../contract/activities.ts';
import type { Fact } from '../contract/facts.ts';
import {
  FACT_SIGNAL,
  orderIdOf,
  STATE_QUERY,
  TASK_QUEUES,
  type TaskQueues,
  WORKFLOW_TYPE,
  workflowIdOf,
} from '../contract/names.ts';
import { SEARCH_ATTRIBUTES } from '../contract/search-attributes.ts';
import { ORDER_VERSION, type OrderStart } from '../contract/start.ts';
import { type OrderState, STAGE_TIMES, type StageTimes } from '../lifecycle/index.ts';
import { traceCalls } from '../trace/client-trace.ts';
import { callError } from './errors.ts';

export interface OrderClientOptions {
  /** A client whose connection and namespace are used. One by `orderConnection` outlives Temporal's being away. */
  readonly client: Client;
  /** Encrypt and decrypt what Temporal keeps; the same as the workers'. Default: none, in clear text. */
  readonly payloadKeys?: PayloadKeys;
  /** How long an offer stands, in ms; part of each order from its start. Default: 7 days. */
  readonly offerValidForMs?: number;
  /** What the stages of a tenant's orders may take; part of each order from its start. Default: the stage contract's. */
  readonly stageTimes?: (tenant: string) => StageTimes;
  /** Default: {@link TASK_QUEUES}. */
  readonly taskQueues?: TaskQueues;
  /** How long a call may take, in ms, retries included. Default: 5,000. */
  readonly timeoutMs?: number;
  /** See {@link OrderStart}. */
  readonly historyLimit?: number;
}

/** `started: false`: the order's workflow had been started before, which is also success. */
export type StartResult = { readonly started: true; readonly runId: string } | { readonly started: false };

/**
 * `finished`: the order has ended, the fact can never fit: record it as refused with `order-ended`.
 * `unknown`: no such workflow: its start is still on the way, or Temporal no longer keeps it. Look at the order's status:
 * final means refused, otherwise try again later.
 */
export type FactDelivery =
  | { readonly delivered: true }
  | { readonly delivered: false; readonly why: 'finished' | 'unknown' };

/**
 * Starts and tells the workflows of orders. Every call may be repeated. Calls throw `TemporalUnavailableError`
 * (`retryable`) when Temporal is away, `TemporalNotPreparedError` (`retryable`) when it would refuse any order, and
 * `TemporalCallRefusedError` when it refuses this one.
 *
 * @example
 * const orders = createOrderClient({ client: new Client({ connection: orderConnection({ address }), namespace }) });
 * await orders.startOrder(input, event.id);
 * const told = await orders.signalFact(orderId, { messageId: event.id, kind: 'delivered', at, by });
 */
export interface OrderClient {
  /** Starts the order's workflow; `messageId` is the message that told of the submission. */
  startOrder(order: OrderInput, messageId: string): Promise<StartResult>;
  /**
   * Starts the workflow again where the order stands, under the same id, when it was ended from outside (terminated, failed,
   * timed out) or Temporal no longer knows it. One that is open, or that ended by itself, is left: `started: false`.
   *
   * @param messageId undefined when the order has moved, or nobody knows any more which message told of the submission
   * @param state null begins the order afresh; only for one that has not moved yet
   */
  restartOrder(order: OrderInput, messageId: string | undefined, state: OrderState | null): Promise<StartResult>;
  /** How the order's workflow is, as Temporal itself has it now. */
  presenceOf(orderId: string): Promise<WorkflowPresence>;
  /**
   * Which of these orders have an open workflow, in one question to Temporal's visibility. It lags behind: one that is not
   * among them may have been started just now; ask {@link presenceOf}.
   */
  openAmong(orderIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Tells the workflow a fact. It acts once on each `messageId`, however often it is told. */
  signalFact(orderId: string, fact: Fact): Promise<FactDelivery>;
  /** The workflow's whole state, also after its end; null when there is none. Needs a running orders worker. */
  state(orderId: string): Promise<OrderState | null>;
}

/** `completed` ended by itself, `ended` was ended from outside. `since` is when it closed, `runId` the run that is open. */
export type WorkflowPresence =
  | { readonly is: 'unknown' }
  | { readonly is: 'open'; readonly runId: string }
  | { readonly is: 'completed' | 'ended'; readonly since: Date };

const DAY_MS = 24 * 60 * 60 * 1_000;

export function createOrderClient(options: OrderClientOptions): OrderClient {
  const { client: given, offerValidForMs = 7 * DAY_MS, taskQueues = TASK_QUEUES, timeoutMs = 5_000 } = options;
  const { stageTimes = () => STAGE_TIMES } = options;
  const client = new Client({
    connection: given.connection,
    namespace: given.options.namespace,
    identity: given.options.identity,
    dataConverter: dataConverterWith(options.payloadKeys ?? []),
    interceptors: { workflow: [traceCalls] },
  });

  const call = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await client.withDeadline(Date.now() + timeoutMs, work);
    } catch (error) {
      throw callError(what, error);
    }
  };
  const handleOf = (orderId: string): WorkflowHandle => client.workflow.getHandle(workflowIdOf(orderId));

  /** Whether the order's workflow is open, over, or not known to Temporal. */
  async function presence(orderId: string): Promise<'open' | 'finished' | 'unknown'> {
    try {
      const { status } = await handleOf(orderId).describe();
      return status.name === 'RUNNING' ? 'open' : 'finished';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'unknown';
      throw error;
    }
  }

  async function signal(orderId: string, fact: Fact): Promise<boolean> {
    try {
      await handleOf(orderId).signal<[Fact]>(FACT_SIGNAL, fact);
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  /** Starts the workflow unless there is one that `policy` does not let be followed. */
  async function begin(
    order: OrderInput,
    messageId: string | undefined,
    state: OrderState | null,
    policy: 'REJECT_DUPLICATE' | 'ALLOW_DUPLICATE_FAILED_ONLY',
  ): Promise<StartResult> {
    const { historyLimit } = options;
    const start: OrderStart = {
      version: ORDER_VERSION,
      order,
      ...(messageId === undefined ? {} : { startedBy: messageId }),
      offerValidForMs,
      taskQueues,
      times: stageTimes(order.tenant),
      ...(historyLimit === undefined ? {} : { historyLimit }),
    };
    const deadline = state?.timing?.deadline ?? null;
    try {
      const handle = await client.workflow.start(WORKFLOW_TYPE, {
        workflowId: workflowIdOf(order.orderId),
        taskQueue: taskQueues.orders,
        workflowIdReusePolicy: policy,
        // A task takes milliseconds; one that went to a worker as it died is handed out again after this. Default 10 s.
        workflowTaskTimeout: '5s',
        typedSearchAttributes: [
          { key: SEARCH_ATTRIBUTES.status, value: state?.status ?? 'SUBMITTED' },
          { key: SEARCH_ATTRIBUTES.tenant, value: order.tenant },
          { key: SEARCH_ATTRIBUTES.late, value: state?.timing?.late ?? false },
          ...(deadline === null ? [] : [{ key: SEARCH_ATTRIBUTES.deadline, value: new Date(deadline) }]),
        ],
        args: state === null ? [start] : [start, state],
      });
      return { started: true, runId: handle.firstExecutionRunId };
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return { started: false };
      throw error;
    }
  }

  return {
    startOrder: (order, messageId) =>
      call(`start of order ${order.orderId}`, () => begin(order, messageId, null, 'REJECT_DUPLICATE')),

    restartOrder: (order, messageId, state) =>
      call(`start of order ${order.orderId} where it stands`, () =>
        begin(order, messageId, state, 'ALLOW_DUPLICATE_FAILED_ONLY'),
      ),

    presenceOf: (orderId) =>
      call(`look at the workflow of order ${orderId}`, async () => {
        try {
          const { status, closeTime, runId } = await handleOf(orderId).describe();
          if (closeTime === undefined) return { is: 'open', runId };
          return { is: status.name === 'COMPLETED' ? 'completed' : 'ended', since: closeTime };
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return { is: 'unknown' };
          throw error;
        }
      }),

    openAmong: (orderIds) =>
      call(`question which of ${orderIds.length} orders have a workflow`, async () => {
        const open = new Set<string>();
        if (orderIds.length === 0) return open;
        // The ids are UUIDs: nothing in them needs quoting.
        const ids = orderIds.map((orderId) => `'${workflowIdOf(orderId)}'`).join(', ');
        const query = `ExecutionStatus = 'Running' AND WorkflowId IN (${ids})`;
        for await (const { workflowId } of client.workflow.list({ query })) open.add(orderIdOf(workflowId));
        return open;
      }),

    signalFact: (orderId, fact) =>
      call(`fact ${fact.kind} (${fact.messageId}) for order ${orderId}`, async () => {
        if (await signal(orderId, fact)) return { delivered: true };
        const found = await presence(orderId);
        if (found !== 'open') return { delivered: false, why: found };
        // It was started between the two calls.
        return (await signal(orderId, fact)) ? { delivered: true } : { delivered: false, why: 'finished' };
      }),

    state: (orderId) =>
      call(`state of order ${orderId}`, async () => {
        try {
          return await handleOf(orderId).query<OrderState>(STATE_QUERY);
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return null;
          throw error;
        }
      }),
  };
}
