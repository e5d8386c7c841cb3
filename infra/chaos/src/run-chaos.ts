import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Records, Tally } from '@bezel/demo/clients';
import { reachVerdict, type Verdict } from './check/reach-verdict.ts';
import { TopicReader } from './check/topic-reader.ts';
import { askDoors } from './clients/ask-doors.ts';
import type { Sightings } from './clients/customer-client.ts';
import { modelsWithOneUnmakeable } from './clients/models.ts';
import { planChaosOrder, stepsOfChaos } from './clients/plan-order.ts';
import { startClients } from './clients/run-clients.ts';
import { complaintsIn } from './clients/unmakeable.ts';
import { carryOut, type DoneFault } from './faults/carry-out.ts';
import type { FaultKind } from './faults/fault.ts';
import { nothing } from './faults/nothing.ts';
import { type PlannedFault, planFaults } from './schedule/schedule.ts';
import type { System } from './system/system.ts';

export interface ChaosOptions {
  readonly orders: number;
  readonly faults: number;
  readonly seed: string;
  /** No new orders and no more faults after so long; 0: no limit. */
  readonly minutes: number;
  readonly kinds: readonly FaultKind[];
  readonly operators: number;
  /** Percent of the orders that are called off. */
  readonly cancelPercent: number;
  /** Percent of the orders whose model has a hole. */
  readonly unmakeablePercent: number;
  /** Clients go home when nothing has moved for so long. */
  readonly patienceMs: number;
  /** How long the system may take to come to rest at the end. */
  readonly settleMs: number;
  /** How long a fault waits for the recovery of the one before. */
  readonly recoveryMs: number;
  /** What each stage may take by what the shop was told. */
  readonly stageMs: number;
  /** In place of what the seed plans. */
  readonly plan?: readonly PlannedFault[];
}

export interface ChaosOutcome {
  readonly verdict: Verdict;
  readonly done: readonly DoneFault[];
  /** Kinds that this machine or this stack refuses, and single faults that it refused when their time had come; and why. */
  readonly notRun: readonly { readonly kind: string; readonly why: string }[];
  /** Faults that were to be injected. */
  readonly planned: number;
  /** Nothing had moved for so long that everybody went home: what is final by then is no proof of anything. */
  readonly gaveUp: boolean;
}

/** None of the faults that were asked for can be done here. */
export class NoFaultPossibleError extends Error {
  readonly code = 'NO_FAULT_POSSIBLE';

  constructor(notRun: ChaosOutcome['notRun']) {
    super(`no fault can be injected: ${notRun.map(({ kind, why }) => `${kind} is not run: ${why}`).join('; ')}`);
    this.name = 'NoFaultPossibleError';
  }
}

/**
 * One run on a system whose apps are up.
 *
 * @throws NoFaultPossibleError
 */
export async function runChaos(
  system: System,
  options: ChaosOptions,
  { say, signal }: { readonly say: (line: string) => void; readonly signal: AbortSignal },
): Promise<ChaosOutcome> {
  const { seed, orders, kinds, cancelPercent, unmakeablePercent, operators } = options;
  const run = `chaos-${randomBytes(4).toString('hex')}`;
  const notRun = kinds.flatMap(({ name, missing }) => {
    const why = missing(system);
    return why === null ? [] : [{ kind: name, why }];
  });
  for (const { kind, why } of notRun) say(`${kind} is not run: ${why}`);
  if (options.faults > 0 && notRun.length === kinds.length) throw new NoFaultPossibleError(notRun);
  const schedulable = kinds.map(({ name, lastsS, targets }) => ({ name, lastsS, targets: targets(system.processes) }));
  const plan = options.plan ?? planFaults(seed, options.faults, schedulable);

  const models = await modelsWithOneUnmakeable();
  const plans = Array.from({ length: orders }, (_, index) =>
    planChaosOrder(seed, index, { models: models.length, cancelPercent, unmakeablePercent }),
  );
  const [tally, records] = [new Tally(), new Records()];
  const [sightings, salesSightings]: [Sightings, Sightings] = [new Map(), new Map()];
  const topics = new TopicReader(system.brokers);
  const faultsOver = new AbortController();
  const gaveUp = new AbortController();
  const closing = new AbortController();
  const closed = AbortSignal.any([closing.signal, signal]);
  const timer = options.minutes === 0 ? undefined : setTimeout(() => closing.abort(), options.minutes * 60_000);
  const clients = startClients({
    ...{ system, models, records, tally, sightings, salesSightings, seed, run, operators },
    ...{ cancelPercent, unmakeablePercent },
    closing: closed,
    signal: AbortSignal.any([signal, gaveUp.signal]),
  });
  const allDone = new AbortController();
  const watching = tally.stalled(options.patienceMs, AbortSignal.any([signal, allDone.signal])).then(() => {
    if (allDone.signal.aborted || signal.aborted) return;
    say(`Nothing has moved for ${options.patienceMs / 1_000} s: the clients go home.`);
    gaveUp.abort();
  });
  const faulting = carryOut(plan, {
    ...{ system, kinds, clients, tally, run, say, recoveryMs: options.recoveryMs },
    steps: plans.reduce((sum, one) => sum + stepsOfChaos(one), 0),
    closing: AbortSignal.any([closed, gaveUp.signal]),
    signal: AbortSignal.any([signal, gaveUp.signal]),
  });
  void faulting.catch(() => gaveUp.abort()).finally(() => faultsOver.abort()); // awaited below
  try {
    await clients.serve(orders, faultsOver.signal);
    const { done, refused } = await faulting;
    await clients.done();
    allDone.abort();
    await watching;
    signal.throwIfAborted();

    say('Everybody is done; the system comes to rest.');
    const verdict = await reachVerdict({
      gathering: () => ({
        databases: system.databases,
        run,
        people: {
          submissions: records.submissions.map(({ fileName, orderIds }) => ({ file: fileName, orderIds })),
          ...{ asked: records.asked, acknowledged: records.acknowledged, stepsTaken: records.stepsTaken },
          ...{ complaints: complaintsIn(records, clients.unmakeable), unmakeable: clients.unmakeable },
          ...{ sightings, salesSightings },
        },
        told: () => topics.told(),
        reordered: new Set(done.flatMap((one) => one.reordered)),
        undisturbed: plan.length === 0,
        disturbed: done.filter(({ fault }) => fault.kind !== nothing.name).map(({ felt }) => felt),
        stageMs: options.stageMs,
        ask: askDoors({ stack: system.stack, placedAt: (file) => clients.doors.get(file), tally, signal }),
      }),
      settleMs: options.settleMs,
      signal,
    });
    return {
      ...{ verdict, done, planned: plan.length, gaveUp: gaveUp.signal.aborted },
      notRun: [
        ...notRun,
        ...refused.map(({ fault, refused: why }) => ({ kind: fault.kind, why: `${fault.target} refused it: ${why}` })),
      ],
    };
  } finally {
    clearTimeout(timer);
    allDone.abort();
    gaveUp.abort();
    await Promise.race([Promise.allSettled([faulting, clients.done()]), delay(5_000)]);
  }
}
