import type { OrderClient } from '@bezel/order-workflow/client';
import { type SweepName, sweepEveryMs } from '@bezel/order-workflow/sweepers';
import { exclusively, type Sweep, type Swept } from '@bezel/service';
import type { RepairOptions } from '../carrying-out/means.ts';
import { askedRepairs } from './asked-repairs.ts';
import { notBegun, offersPast, type Waiting } from './looking/forgotten-orders.ts';
import { askForMissing } from './looking/missing-workflows.ts';
import { questions } from './looking/questions.ts';
import { stuckWorkflows } from './stuck-workflows.ts';
import { summed } from './summed.ts';

/** What the sweeps of orders need of Temporal. */
export type SweptWorkflows = Pick<OrderClient, 'restartOrder' | 'presenceOf' | 'openAmong' | 'signalFact' | 'state'>;

export interface OrderSweepsOptions extends RepairOptions {
  readonly workflows: SweptWorkflows;
  /** An order is left alone for so long after its last move, and a fact after it was said, in ms. Default: two minutes. */
  readonly quietMs?: number;
}

/** The messages of an order take seconds. Whoever is away for longer is waited for, but it is looked. */
const QUIET_MS = 2 * 60_000;

/**
 * The sweepers that the stage contract names, and the one that carries out repairs. The three look and ask for repairs, as
 * an administrator does; what is asked is carried out by `asked-repairs`, in whichever process has its turn. Each takes a connection
 * at a time, and the three another one while they look.
 */
export function orderSweeps(options: OrderSweepsOptions): readonly Sweep[] {
  const { db, workflows, quietMs = QUIET_MS } = options;

  const missingOf = (sweeper: SweepName, orders: typeof notBegun): Look => {
    let last: ReadonlySet<string> = new Set();
    return async (signal) => {
      const waiting: Waiting[] = [];
      let swept = 0;
      const asking = questions(last);
      for await (const looked of askForMissing(orders(db, quietMs), { db, workflows, sweeper, signal }, asking)) {
        waiting.push(...looked.page);
        swept += looked.asked;
      }
      last = asking.forNext();
      return summed(waiting, swept);
    };
  };
  const alone = (name: SweepName, look: Look): Sweep => ({
    ...{ name, everyMs: sweepEveryMs(name) },
    look: (signal) => exclusively(db, name, () => look(signal)),
  });
  return [
    { name: 'asked-repairs', everyMs: sweepEveryMs('asked-repairs'), look: askedRepairs(options) },
    alone('unstarted-orders', missingOf('unstarted-orders', notBegun)),
    alone('unexpired-offers', missingOf('unexpired-offers', offersPast)),
    alone('stuck-workflows', stuckWorkflows({ db, workflows, quietMs })),
  ];
}

type Look = (signal: AbortSignal) => Promise<Swept>;
