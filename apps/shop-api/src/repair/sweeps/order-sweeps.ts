import type { OrderClient } from '@bezel/order-workflow/client';
import { sweepEveryMs } from '@bezel/order-workflow/sweepers';
import { exclusively, log, type Sweep, type Swept } from '@bezel/service';
import type { Kysely } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';
import type { RepairOptions } from '../means.ts';
import { askAsSweeper } from './ask-as-sweeper.ts';
import { askedRepairs } from './asked-repairs.ts';
import {
  notBegun,
  offersPast,
  parkedFacts,
  type Unanswered,
  unansweredFacts,
  underWay,
  type Waiting,
} from './forgotten-orders.ts';
import { type Questions, questions } from './questions.ts';

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
 * an administrator does; what is asked is carried out by `asked-repairs`, in whichever process has its turn.
 */
export function orderSweeps(options: OrderSweepsOptions): readonly Sweep[] {
  const { db, workflows, quietMs = QUIET_MS } = options;
  let unanswered: ReadonlySet<string> = new Set();
  return [
    sweep('asked-repairs', askedRepairs(options)),
    sweep('unstarted-orders', (signal) =>
      exclusively(db, 'unstarted-orders', async (trx) => {
        const { waiting, without } = await among(notBegun(trx, quietMs), workflows, signal);
        return summed(waiting, await askToRun(trx, without, 'unstarted-orders'));
      }),
    ),
    sweep('unexpired-offers', (signal) =>
      exclusively(db, 'unexpired-offers', async (trx) => {
        const { waiting, without } = await among(offersPast(trx, quietMs), workflows, signal);
        return summed(waiting, await askToRun(trx, without, 'unexpired-offers'));
      }),
    ),
    sweep('stuck-workflows', (signal) =>
      exclusively(db, 'stuck-workflows', async (trx) => {
        const { without: stuck } = await among(underWay(trx, quietMs), workflows, signal);
        let asked = await askToRun(trx, stuck, 'stuck-workflows');
        const without = new Set(stuck.map(({ id }) => id));
        const asking = questions(unanswered);
        const facts = await unheard(trx, workflows, { without, quietMs, signal, asking });
        unanswered = asking.forNext();
        for (const { id, messageId } of facts.unheard) {
          if (await askAsSweeper(trx, { orderId: id, sweeper: 'stuck-workflows' }, { kind: 'tell-fact', messageId }))
            asked++;
        }
        const parked = await deliverable(trx, workflows, { quietMs, signal });
        for (const { id } of parked) {
          if (await askAsSweeper(trx, { orderId: id, sweeper: 'stuck-workflows' }, { kind: 'redrive' })) asked++;
        }
        return summed([...stuck, ...facts.unheard, ...facts.unknown, ...parked], asked);
      }),
    ),
  ];
}

type OrderSweepName = 'asked-repairs' | 'unstarted-orders' | 'unexpired-offers' | 'stuck-workflows';

const sweep = (name: OrderSweepName, look: Sweep['look']): Sweep => ({ name, everyMs: sweepEveryMs(name), look });

const summed = (waiting: readonly Waiting[], swept: number): Swept => ({
  swept,
  waiting: waiting.length,
  oldestMs: waiting.reduce((oldest, { since }) => Math.max(oldest, Date.now() - since.getTime()), 0),
});

/** All orders of some pages, and those of them without an open workflow. */
async function among(
  pages: AsyncIterable<readonly Waiting[]>,
  workflows: SweptWorkflows,
  signal: AbortSignal,
): Promise<{ readonly waiting: readonly Waiting[]; readonly without: readonly Waiting[] }> {
  const [waiting, without]: [Waiting[], Waiting[]] = [[], []];
  for await (const page of pages) {
    signal.throwIfAborted();
    waiting.push(...page);
    without.push(...(await missing(workflows, page)));
  }
  return { waiting, without };
}

/** Those of some orders without an open workflow. Visibility lags: whom it does not name is asked about one by one. */
async function missing(workflows: SweptWorkflows, orders: readonly Waiting[]): Promise<Waiting[]> {
  const open = await workflows.openAmong(orders.map(({ id }) => id));
  const found: Waiting[] = [];
  for (const order of orders) {
    if (open.has(order.id)) continue;
    if ((await workflows.presenceOf(order.id)).is !== 'open') found.push(order);
  }
  return found;
}

/** Answers for how many it is asked. */
async function askToRun(
  db: Kysely<ShopDatabase>,
  orders: readonly Waiting[],
  sweeper: OrderSweepName,
): Promise<number> {
  let asked = 0;
  for (const { id } of orders) if (await askAsSweeper(db, { orderId: id, sweeper }, { kind: 'run-workflow' })) asked++;
  return asked;
}

/**
 * Facts that the workflow has not heard: one it keeps for later, or a cancellation it is at, is no reason to tell it again.
 * What could not be asked is `unknown`, and waits.
 */
async function unheard(
  db: Kysely<ShopDatabase>,
  workflows: SweptWorkflows,
  { without, quietMs, signal, asking }: Unheard,
): Promise<{ readonly unheard: Unanswered[]; readonly unknown: Unanswered[] }> {
  const found: Unanswered[] = [];
  const unknown: Unanswered[] = [];
  async function ask(fact: Unanswered): Promise<void> {
    signal.throwIfAborted();
    if (asking.away || asking.unanswered.has(fact.id)) {
      unknown.push(fact);
      return;
    }
    try {
      const state = await workflows.state(fact.id);
      asking.came(fact.id, 'answer');
      if (state !== null && !state.seen.includes(fact.messageId)) found.push(fact);
    } catch (error) {
      log.warn({ err: error, 'order.id': fact.id }, 'what a workflow has heard cannot be asked');
      asking.came(fact.id, 'none');
      unknown.push(fact);
    }
  }
  const last: Unanswered[] = [];
  for await (const page of unansweredFacts(db, quietMs)) {
    for (const fact of page.filter(({ id }) => !without.has(id))) {
      if (asking.last.has(fact.id)) last.push(fact);
      else await ask(fact);
    }
  }
  for (const fact of last) await ask(fact);
  return { unheard: found, unknown };
}

/** Orders with parked facts that could be told now: the workflow is open, or the order has ended and waits for none. */
async function deliverable(
  db: Kysely<ShopDatabase>,
  workflows: SweptWorkflows,
  { quietMs, signal }: Pick<Unheard, 'quietMs' | 'signal'>,
): Promise<Waiting[]> {
  const found: Waiting[] = [];
  for await (const page of parkedFacts(db, quietMs)) {
    signal.throwIfAborted();
    const under = page.filter(({ ended }) => !ended);
    const without = new Set((await missing(workflows, under)).map(({ id }) => id));
    found.push(...page.filter(({ id }) => !without.has(id)));
  }
  return found;
}

interface Unheard {
  /** Orders without a workflow, which hear nothing. */
  readonly without: ReadonlySet<string>;
  readonly quietMs: number;
  readonly signal: AbortSignal;
  readonly asking: Questions;
}
