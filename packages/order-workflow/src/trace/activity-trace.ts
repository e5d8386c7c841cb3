import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { MODEL_REJECTED, OFFER_ACCEPTED, WORK_ORDER_SHIPPED } from '../contract/index.ts';
import { orderIdOf } from '../contract/names.ts';
import { readTrace } from './header.ts';

/** Runs the work of one order, for instance so that its log lines carry the order's id. */
export type AroundOrder = <T>(orderId: string, work: () => Promise<T>) => Promise<T>;

const OUTCOMES = [MODEL_REJECTED, OFFER_ACCEPTED, WORK_ORDER_SHIPPED];

const isOutcome = (error: unknown): boolean =>
  error instanceof ApplicationFailure && OUTCOMES.includes(error.type ?? '');

/** Runs each attempt of an activity in a span that continues the trace of what caused it. */
export const traceActivities =
  (around: AroundOrder): ActivityInterceptorsFactory =>
  ({ info }) => ({
    inbound: {
      execute(input, next) {
        const workflowId = info.workflowExecution?.workflowId ?? '';
        const orderId = orderIdOf(workflowId);
        const parent = propagation.extract(context.active(), readTrace(input.headers) ?? {});
        const options = {
          kind: SpanKind.CONSUMER,
          attributes: {
            'order.id': orderId,
            'temporal.workflow.id': workflowId,
            'temporal.task_queue': info.taskQueue,
            'temporal.activity.attempt': info.attempt,
          },
        };
        const tracer = trace.getTracer('@bezel/order-workflow');
        return tracer.startActiveSpan(`activity ${info.activityType}`, options, parent, async (span: Span) => {
          try {
            return await around(orderId, () => next(input));
          } catch (error) {
            if (!isOutcome(error)) {
              span.recordException(error instanceof Error ? error : String(error));
              span.setStatus({ code: SpanStatusCode.ERROR });
            }
            throw error;
          } finally {
            span.end();
          }
        });
      },
    },
  });
