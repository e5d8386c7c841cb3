import { isDefect } from '../../audit/finding.ts';
import type { AuditLimits } from '../../audit/limits.ts';
import { type AuditedStack, auditStack } from '../../audit-stack.ts';
import { ORDER_TOPICS } from '../../sources/topics/copy-of.ts';
import { openWorkflows, type WorkflowReader } from '../../sources/workflows.ts';
import type { Look } from '../in-question/questions.ts';
import type { Looking } from '../looking.ts';
import type { ReconcilerTimes } from '../reconciler-times.ts';
import { type Seen, seenOf } from '../seen.ts';
import { openTopicTail } from './topic-tail.ts';
import { readTouchedRows } from './touched-rows.ts';
import { concernsBurst, Touches } from './touches.ts';

/** Looks at what has changed, again and again. */
interface Rounds extends AsyncDisposable {
  /**
   * Looks at the orders that have changed and come to rest since the last look, and at those that rest for too long.
   *
   * @param now by the database, in milliseconds since 1970
   * @param known orders in question already, which are looked at elsewhere
   * @throws SourceUnavailableError, ViewUnavailableError, PartitionUnavailableError: the next look looks at all of it
   */
  look(now: number, known: { has(orderId: string): boolean }, looking: Looking): Promise<Look>;
}

/** So long after they were read, copies are of no more use: the order was audited, or its audit failed for long. */
const KEPT_MORE_MS = 5 * 60_000;

/** Opens rounds that begin with what changed shortly before the first look. */
export function openRounds(
  stack: AuditedStack,
  { limits, times: { touches: own, overlapMs } }: { readonly limits: AuditLimits; readonly times: ReconcilerTimes },
): Rounds {
  const quietMs = limits.hopMs + own.slackMs;
  const touches = new Touches({ ...own, quietMs });
  const { topics = ORDER_TOPICS } = stack;
  const tail = openTopicTail(
    { kafka: stack.kafka, topics },
    { keptMs: own.atLatestMs + quietMs + KEPT_MORE_MS, beforeMs: 2 * overlapMs },
  );
  let workflows: WorkflowReader | undefined;
  let lookedAt: number | undefined;

  const closeWorkflows = async (): Promise<void> => {
    const open = workflows;
    workflows = undefined;
    await open?.[Symbol.asyncDispose]();
  };

  return {
    async look(now, known, { signal, getsOn }) {
      const since = (lookedAt ?? now) - overlapMs;
      // The topics first: whatever lies there had been committed when the outbox is read.
      for (const orderId of await tail.readNew(now, { signal, getsOn })) touches.touch(orderId, now);
      try {
        workflows ??= await openWorkflows(stack.temporal);
        for (const { orderId, closedAt } of await workflows.endedEarly(since)) touches.touch(orderId, closedAt ?? now);
      } catch (error) {
        await closeWorkflows().catch(() => {});
        throw error;
      }
      signal.throwIfAborted();
      getsOn();
      const { touched, resting } = await readTouchedRows(stack.postgres, { since, now, limits }, signal);
      for (const { orderId, at } of touched) touches.touch(orderId, at);
      for (const orderId of resting) {
        if (!known.has(orderId) && !touches.knows(orderId)) touches.touch(orderId, now - quietMs);
      }

      getsOn();
      const due = touches.due(now);
      const orders = new Map<string, Seen>();
      if (due.size > 0) {
        const options = {
          orderIds: [...due.keys()],
          copies: tail.copiesOf(due),
          readAt: now,
          limits,
          signal,
          onProgress: getsOn,
        };
        for await (const { account, findings } of auditStack(stack, options)) {
          const begunAt = (due.get(account.orderId) ?? now) - overlapMs;
          const terms = { begunAt, now, outboxKeptMs: limits.outboxKeptMs };
          const ofBurst = findings.filter((finding) => isDefect(finding) && concernsBurst(finding, terms));
          orders.set(account.orderId, seenOf({ account, findings: ofBurst }));
        }
        touches.audited(due.keys(), now);
      }
      lookedAt = now;
      return { at: now, orders };
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([tail[Symbol.asyncDispose](), closeWorkflows()]);
    },
  };
}
