import { FACT_SIGNAL, WORKFLOW_TYPE, workflowIdOf } from '@bezel/order-workflow';
import { payloadCodec, readPayloadKeys } from '@bezel/order-workflow/codec';
import { Client, isGrpcServiceError, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import type { SignalSeen, WorkflowSeen, WorkflowStatus } from '../account/evidence.ts';
import type { PendingStep, WorkflowAtWork } from '../why/situation.ts';
import type { Batches } from './batches.ts';
import { connectTemporal } from './temporal.ts';

/** Reads the orders' workflows; signals, queries and changes nothing. */
export interface WorkflowReader extends AsyncDisposable {
  /**
   * The workflows of the given orders, or of all, or of all that were started since a moment; in no order. An order without
   * one is left out.
   */
  seen(selection: {
    readonly orderIds?: readonly string[] | undefined;
    readonly since?: number | undefined;
  }): Batches<WorkflowSeen>;
  /**
   * What the order's workflow was told, oldest first, from the histories of all its runs that Temporal still has: a long one goes
   * on as a new run. Empty when there is no workflow.
   *
   * @throws PayloadKeyUnknownError, PayloadDamagedError when they are encrypted and cannot be read: the order is then not known to be lost
   */
  signalled(orderId: string): Promise<SignalSeen[]>;
  /** Workflows that have ended since a moment in any other way than by themselves, as Temporal's list tells; in no order. */
  endedEarly(since: number): Promise<WorkflowSeen[]>;
  /** What the order's workflow is doing now; null when there is none. Errors that cannot be decrypted are said to be so. */
  atWork(orderId: string): Promise<WorkflowAtWork | null>;
}

type Events = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>;
type Event = Events[number];
type Payload = Parameters<ReturnType<typeof payloadCodec>['decode']>[0][number];

type Description = Awaited<ReturnType<WorkflowHandle['describe']>>['raw'];
type Failure = NonNullable<NonNullable<NonNullable<Description['pendingActivities']>[number]>['lastFailure']>;
type Execution = NonNullable<Description['workflowExecutionInfo']>;
type Timestamp = NonNullable<NonNullable<Description['pendingWorkflowTask']>['scheduledTime']>;

/** PENDING_ACTIVITY_STATE_STARTED of Temporal's API. */
const STARTED = 2;

/** NOT_FOUND among the codes of gRPC. */
const NOT_FOUND = 5;

const millisOf = (time: Timestamp | null | undefined): number | null =>
  time ? Number(time.seconds ?? 0) * 1_000 + Math.floor((time.nanos ?? 0) / 1e6) : null;

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
 * @param signal ends questions under way; it may live on for long, since no question stays with it
 * @throws PayloadKeysInvalidError, SourceUnavailableError
 */
export async function openWorkflows(
  { address, namespace, payloadKeys }: WorkflowsPlace,
  signal?: AbortSignal,
): Promise<WorkflowReader> {
  const codec = payloadCodec(payloadKeys === undefined ? [] : readPayloadKeys(payloadKeys));
  const temporal = await connectTemporal(address, signal);
  const { connection, ask } = temporal;
  const { workflow: workflows } = new Client({ connection, namespace });

  /** Page by page: the client's own list is a generator, which cannot be asked again for a page that failed. */
  async function* listing(query: string): AsyncGenerator<readonly Execution[]> {
    let nextPageToken = new Uint8Array();
    do {
      const request = { namespace, query, pageSize: WORKFLOWS_A_BATCH, nextPageToken };
      const page = await ask(() => connection.workflowService.listWorkflowExecutions(request));
      yield page.executions.filter(({ execution }) => execution?.workflowId?.startsWith(ID_PREFIX));
      nextPageToken = page.nextPageToken as Uint8Array<ArrayBuffer>;
    } while (nextPageToken.length > 0);
  }

  return {
    seen: ({ orderIds, since }) => (orderIds === undefined ? listed(since) : described(orderIds)),

    async signalled(orderId) {
      const signals: Event[] = [];
      let runId: string | undefined;
      do {
        const events = await eventsOf(orderId, runId);
        signals.unshift(...events.filter((event) => event.workflowExecutionSignaledEventAttributes));
        runId = events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
      } while (runId !== undefined);
      const told = await codec.decode(signals.map(payloadOf));
      return signals.map(({ eventId, eventTime }, index) => ({
        ...factIn(told[index]),
        ...{ eventId: Number(eventId), at: millisOf(eventTime) ?? 0 },
      }));
    },

    async endedEarly(since) {
      const query = `WorkflowType = '${WORKFLOW_TYPE}' AND ExecutionStatus IN ('Failed', 'Canceled', 'Terminated', 'TimedOut') AND CloseTime >= '${new Date(since).toISOString()}'`;
      const ended: WorkflowSeen[] = [];
      for await (const executions of listing(query)) ended.push(...executions.map(seenOf));
      return ended;
    },

    async atWork(orderId) {
      const description = await describe(orderId);
      if (description === null) return null;
      const { pendingActivities, pendingWorkflowTask } = description.raw;
      const steps = (pendingActivities ?? []).map(async (pending): Promise<PendingStep> => {
        const { activityType, state, attempt, lastFailure, scheduledTime, nextAttemptScheduleTime } = pending;
        return {
          name: activityType?.name ?? 'a step without a name',
          started: state === STARTED,
          attempt: attempt ?? 1,
          scheduledAt: millisOf(scheduledTime),
          nextTryAt: millisOf(nextAttemptScheduleTime),
          lastError: lastFailure ? await wordsOf(lastFailure) : null,
        };
      });
      return {
        runId: description.runId,
        steps: await Promise.all(steps),
        taskAttempt: pendingWorkflowTask?.attempt ?? 1,
        taskSince: millisOf(pendingWorkflowTask?.originalScheduledTime),
      };
    },

    async [Symbol.asyncDispose]() {
      await temporal[Symbol.asyncDispose]();
    },
  };

  async function describe(orderId: string) {
    try {
      return await ask(() => workflows.getHandle(workflowIdOf(orderId)).describe());
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  /** The innermost cause says most. Where a codec encrypts, messages are payloads of their own. */
  async function wordsOf(failure: Failure): Promise<string> {
    let innermost = failure;
    while (innermost.cause) innermost = innermost.cause;
    const { encodedAttributes, message } = innermost;
    if (!encodedAttributes) return message || 'an error without words';
    try {
      const [decoded] = await codec.decode([encodedAttributes]);
      const { message: clear } = JSON.parse(Buffer.from(decoded?.data ?? []).toString()) as { message?: unknown };
      return typeof clear === 'string' ? clear : 'an error without words';
    } catch {
      return 'an error that cannot be decrypted here (TEMPORAL_PAYLOAD_KEYS)';
    }
  }

  /** The history of one run, by default the newest; empty when Temporal has it no longer or never had it. */
  async function eventsOf(orderId: string, runId: string | undefined): Promise<Events> {
    try {
      const handle = workflows.getHandle(workflowIdOf(orderId), runId);
      return (await ask(() => handle.fetchHistory())).events ?? [];
    } catch (error) {
      // Unlike a description, a history that is not there comes as the server's own error.
      if (isGrpcServiceError(error) && error.code === NOT_FOUND) return [];
      throw error;
    }
  }

  /** Temporal's list follows its executions with a small delay. What it has not yet is young, and so on its way. */
  async function* listed(since: number | undefined): Batches<WorkflowSeen> {
    const started = since === undefined ? '' : ` AND StartTime >= '${new Date(since).toISOString()}'`;
    const query = `WorkflowType = '${WORKFLOW_TYPE}'${started}`;
    for await (const executions of listing(query)) yield executions.map(seenOf);
  }

  /** Asks for each order: exact at the moment of asking. */
  async function* described(orderIds: readonly string[]): Batches<WorkflowSeen> {
    for (let start = 0; start < orderIds.length; start += QUESTIONS_AT_ONCE) {
      const asked = orderIds.slice(start, start + QUESTIONS_AT_ONCE).map(async (orderId) => {
        const description = await describe(orderId);
        const execution = description?.raw.workflowExecutionInfo;
        return execution ? [seenOf(execution)] : [];
      });
      yield (await Promise.all(asked)).flat();
    }
  }
}

/** By WorkflowExecutionStatus of Temporal's API. */
const STATUSES: Readonly<Record<number, WorkflowStatus>> = {
  1: 'RUNNING',
  2: 'COMPLETED',
  3: 'FAILED',
  4: 'CANCELLED',
  5: 'TERMINATED',
  6: 'CONTINUED_AS_NEW',
  7: 'TIMED_OUT',
};

const seenOf = ({ execution, status, startTime, closeTime }: Execution): WorkflowSeen => ({
  source: 'workflow',
  orderId: (execution?.workflowId ?? '').slice(ID_PREFIX.length),
  status: STATUSES[status ?? 0] ?? 'UNKNOWN',
  startedAt: millisOf(startTime) ?? 0,
  closedAt: millisOf(closeTime),
});

/** What a signal carries; of one that tells no fact nothing. */
function payloadOf({ workflowExecutionSignaledEventAttributes: signal }: Event): Payload {
  return (signal?.signalName === FACT_SIGNAL && signal.input?.payloads?.[0]) || {};
}

/** A signal carries one fact as JSON. What is something else proves nothing. */
function factIn(payload: Payload | undefined): Pick<SignalSeen, 'messageId' | 'kind'> {
  try {
    const { messageId, kind } = (JSON.parse(Buffer.from(payload?.data ?? []).toString()) ?? {}) as Record<
      string,
      unknown
    >;
    return { messageId: textOr(messageId), kind: textOr(kind) };
  } catch {
    return { messageId: null, kind: null };
  }
}

const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null);
