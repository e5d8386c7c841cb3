import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '@bezel/local/measuring';
import { workflowIdOf } from '@bezel/order-workflow';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type pg from 'pg';
import { type ProcessorTimes, processorTimeBetween, processorTimes } from '../costs/processor-time.ts';
import type { Doors, Specification } from '../system/doors.ts';
import type { System } from '../system/system.ts';
import { FACTS, MOVES } from './commit-times.sql.ts';
import { type Legs, legsOf, type MovedByFact } from './legs.ts';
import { openLoop } from './open-loop.ts';

export interface FactOptions {
  readonly perSecond: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** What became of a rate of arrivals. Times in ms. */
export interface FactToStatus {
  readonly perSecond: number;
  /** Facts that were timed. */
  readonly facts: number;
  readonly p50: number;
  readonly p99: number;
  /** Where the time goes between the two; null when nothing was delivered. */
  readonly legs: Legs | null;
  /** Processor time in ms, from the first arrival until all had been waited for, and the orders that had arrived. */
  readonly busy: ProcessorTimes;
  readonly arrived: number;
  /** From a submission committed to PRICING committed. */
  readonly submittedP50: number;
  readonly submittedP99: number;
  /** Orders still on their way when the last one had arrived. */
  readonly openAtEnd: number;
  /** Orders that were not delivered in time to be waited for. */
  readonly leftOpen: number;
}

const WARM_UP_SECONDS = 3;
const LOOK_EVERY_MS = 25;
/** After the last arrival: a rate that can be held has nothing left long before. */
const DRAIN_MS = 30_000;
/** Orders whose histories say where the time goes. */
const HISTORIES = 30;

/**
 * Orders arrive through the shop's door at a fixed rate; customers, operators and couriers say what they have to as soon
 * as they see the status before it. Times each fact from its commit to that of the status it led to.
 */
export async function factToStatus(
  { shop, mes, client }: Pick<System, 'shop' | 'mes' | 'client'>,
  doors: Doors,
  order: Specification,
  { perSecond, seconds, signal }: FactOptions,
): Promise<FactToStatus> {
  const warmUp = Math.ceil(perSecond * WARM_UP_SECONDS);
  const count = warmUp + Math.ceil(perSecond * seconds);
  const orders = new OrdersOnTheirWay(shop, mes, doors);
  const busyBefore = await processorTimes();
  const arrivals = openLoop({ perSecond, count, signal }, async (n) => {
    orders.add(await doors.submit(order), n >= warmUp);
  });
  let arrived = false;
  const done = arrivals.finally(() => {
    arrived = true;
  });
  done.catch(() => {}); // thrown below
  while (!arrived) await orders.look(signal);
  await done;
  const openAtEnd = orders.open;
  const deadline = performance.now() + DRAIN_MS;
  while (orders.open > 0 && performance.now() < deadline) await orders.look(signal);
  const busy = processorTimeBetween(busyBefore, await processorTimes());
  await abandon(client, orders.openIds);
  const times = await timesOf(shop, mes, orders.measured);
  const [told, submitted] = [times.filter(({ seq }) => seq > 1), times.filter(({ seq }) => seq === 1)];
  const over = (some: readonly MovedByFact[], percent: number): number =>
    some.length === 0
      ? Number.NaN
      : percentile(
          some.map(({ factAt, movedAt }) => movedAt - factAt),
          percent,
        );
  return {
    perSecond,
    facts: told.length,
    p50: over(told, 50),
    p99: over(told, 99),
    legs: await legsOf(client, ofSome(told)),
    ...{ busy, arrived: count },
    submittedP50: over(submitted, 50),
    submittedP99: over(submitted, 99),
    openAtEnd,
    leftOpen: orders.open,
  };
}

/** Orders between their submission and their delivery, and the people who move them on. */
class OrdersOnTheirWay {
  readonly measured: string[] = [];
  /** Order to the status that was last acted upon. */
  readonly #open = new Map<string, string>();
  readonly #workOrders = new Map<string, string>();
  readonly #shop: pg.Pool;
  readonly #mes: pg.Pool;
  readonly #doors: Doors;
  #failure: unknown;

  constructor(shop: pg.Pool, mes: pg.Pool, doors: Doors) {
    this.#shop = shop;
    this.#mes = mes;
    this.#doors = doors;
  }

  get openIds(): readonly string[] {
    return [...this.#open.keys()];
  }

  get open(): number {
    return this.#open.size;
  }

  add(orderId: string, measured: boolean): void {
    this.#open.set(orderId, 'SUBMITTED');
    if (measured) this.measured.push(orderId);
  }

  /** Looks who has come further, and has somebody act on it. */
  async look(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure;
    const { rows } = await this.#shop.query<{ id: string; status: string; offer: string | null }>(
      `SELECT id, status, offer->>'offerId' AS offer FROM orders WHERE id = ANY ($1)`,
      [[...this.#open.keys()]],
    );
    await this.#findWorkOrders(rows.filter(({ status }) => status === 'APPROVED').map(({ id }) => id));
    for (const { id, status, offer } of rows) {
      if (this.#open.get(id) === status) continue;
      if (status === 'DELIVERED') {
        this.#open.delete(id);
        continue;
      }
      const action = this.#actionOn(id, status, offer);
      if (action === undefined) continue; // the work order is not open yet
      this.#open.set(id, status);
      action().catch((error: unknown) => {
        this.#failure ??= error;
      });
    }
    await delay(LOOK_EVERY_MS);
  }

  async #findWorkOrders(orderIds: readonly string[]): Promise<void> {
    const unknown = orderIds.filter((id) => !this.#workOrders.has(id));
    if (unknown.length === 0) return;
    const { rows } = await this.#mes.query<{ id: string; order_id: string }>(
      'SELECT id, order_id FROM work_order WHERE order_id = ANY ($1)',
      [unknown],
    );
    for (const { id, order_id } of rows) this.#workOrders.set(order_id, id);
  }

  #actionOn(orderId: string, status: string, offer: string | null): (() => Promise<void>) | undefined {
    const doors = this.#doors;
    const workOrder = this.#workOrders.get(orderId) ?? '';
    switch (status) {
      case 'PRICED':
        return () => doors.accept(orderId, offer ?? '');
      case 'APPROVED':
        if (workOrder === '') return undefined;
        return async () => {
          await doors.step(workOrder, 'claim');
          await doors.step(workOrder, 'start');
        };
      case 'IN_MANUFACTURING':
        return () => doors.step(workOrder, 'complete');
      case 'MANUFACTURING_COMPLETED':
        return () => doors.step(workOrder, 'pack');
      case 'PACKED':
        return () => doors.step(workOrder, 'ship');
      case 'SHIPPED':
        return () => doors.deliver(orderId);
      default:
        return async () => {}; // the workflow moves on by itself
    }
  }
}

/** Ends what is waited for no longer, so that it does not take part in what is measured next. */
async function abandon(client: Client, orderIds: readonly string[]): Promise<void> {
  for (const orderId of orderIds) {
    const handle = client.workflow.getHandle(workflowIdOf(orderId));
    await handle.terminate('the measurement is over').catch((error: unknown) => {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    });
  }
}

/** From the commit of each fact to the commit of the move it caused. */
async function timesOf(shop: pg.Pool, mes: pg.Pool, orderIds: readonly string[]): Promise<readonly MovedByFact[]> {
  const moves = await shop.query<{ order_id: string; seq: number; caused_by: string; at: number }>(MOVES, [orderIds]);
  const ids = moves.rows.map((move) => move.caused_by);
  const facts = await Promise.all([shop, mes].map((pool) => pool.query<{ id: string; at: number }>(FACTS, [ids])));
  const told = new Map(facts.flatMap(({ rows }) => rows.map((fact): [string, number] => [fact.id, fact.at])));
  return moves.rows.flatMap(({ order_id: orderId, seq, caused_by, at }) => {
    const factAt = told.get(caused_by);
    return factAt === undefined ? [] : [{ orderId, seq, factAt, movedAt: at }];
  });
}

/** What some of the orders say: histories are fetched one by one. */
function ofSome(moves: readonly MovedByFact[]): readonly MovedByFact[] {
  const some = new Set([...new Set(moves.map(({ orderId }) => orderId))].slice(0, HISTORIES));
  return moves.filter(({ orderId }) => some.has(orderId));
}
