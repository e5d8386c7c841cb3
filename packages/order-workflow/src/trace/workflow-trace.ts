import { AsyncLocalStorage, type WorkflowInterceptors } from '@temporalio/workflow';
import { readTrace, type TraceContext, withTrace } from './header.ts';

const traces = new AsyncLocalStorage<TraceContext | undefined>();

/** The trace of what is being done right now: of the start, or of the signal that is being acted on. */
export const currentTrace = (): TraceContext | undefined => traces.getStore();

/** Runs `work` as part of a trace; activities it schedules carry it on. */
export const inTrace = <T>(trace: TraceContext | undefined, work: () => T): T => traces.run(trace, work);

/**
 * Carries W3C trace context through the workflow: from the header of the start or of a signal to the headers of what is
 * done because of it. Inside the sandbox no spans are made, they would be made again by every replay.
 */
export const interceptors = (): WorkflowInterceptors => ({
  inbound: [
    {
      execute: (input, next) => inTrace(readTrace(input.headers), () => next(input)),
      handleSignal: (input, next) => inTrace(readTrace(input.headers), () => next(input)),
    },
  ],
  outbound: [
    {
      scheduleActivity: (input, next) => next({ ...input, headers: withTrace(input.headers, currentTrace()) }),
      continueAsNew: (input, next) => next({ ...input, headers: withTrace(input.headers, currentTrace()) }),
    },
  ],
});
