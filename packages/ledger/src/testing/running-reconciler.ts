import { waitFor } from '@bezel/local/testing';
import type { Hop } from '../account/hops.ts';
import { WORKING_LIMITS } from '../audit/limits.ts';
import type { AuditedStack } from '../audit-stack.ts';
import { Reconciler, type ReconcilerOptions } from '../reconciler/reconciler.ts';
import { RECONCILER_TIMES, type ReconcilerTimes } from '../reconciler/reconciler-times.ts';
import { patientIn } from './patient-in.ts';

/** A busy machine takes its time for a pass. */
export const until = (what: string, condition: () => boolean): Promise<true> =>
  waitFor(what, condition, { deadlineMs: 120_000 });

/** As in earnest, only sooner. */
export const TIMES: ReconcilerTimes = {
  lease: { tryEveryMs: 50, beatEveryMs: 100, answerWithinMs: 2_000, silentForMs: 5_000 },
  round: { everyMs: 100, share: 1 },
  again: {
    ...{ everyMs: 100, share: 1, old: { everyMs: 100, share: 1 } },
    ...{ suspectedMs: 200, countedMs: 200, incurableMs: 400, newMs: 3_600_000, most: 200 },
  },
  pass: { everyMs: 500, share: 1, ordersASlice: 2 },
  touches: { ...RECONCILER_TIMES.touches, slackMs: 100 },
  overlapMs: RECONCILER_TIMES.overlapMs,
  stuckMs: 60_000,
  failed: { firstMs: 50, mostMs: 100 },
};
export const LIMITS = { ...WORKING_LIMITS, hopMs: 300, stages: patientIn('PACKED') };

/** A reconciler at work. Disposing of it ends it. */
export interface RunningReconciler extends AsyncDisposable {
  readonly reconciler: Reconciler;
}

/** Starts one that looks as often as {@link TIMES} say. */
export function startReconciler(stack: AuditedStack, options: ReconcilerOptions = {}): RunningReconciler {
  const ending = new AbortController();
  const reconciler = new Reconciler(stack, { limits: LIMITS, times: TIMES, ...options });
  const run = reconciler.run(ending.signal);
  return {
    reconciler,
    async [Symbol.asyncDispose]() {
      ending.abort(new Error('the test ends it'));
      await run;
    },
  };
}

/** What its metric says; undefined while it does not know. */
export const atHop = ({ reconciler }: RunningReconciler, hop: Hop): number | undefined =>
  reconciler.figures().unaccounted.get(hop);

/** It knows of every order, and nothing is wrong with any. */
export const allIsWell = ({ reconciler }: RunningReconciler): boolean => {
  const { unaccounted, inQuestion } = reconciler.figures();
  return unaccounted.size > 10 && inQuestion === 0 && [...unaccounted.values()].every((count) => count === 0);
};
