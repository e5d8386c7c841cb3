import {
  type OrderClient,
  TemporalCallRefusedError,
  TemporalNotPreparedError,
  TemporalUnavailableError,
} from '@bezel/order-workflow/client';
import { log } from '@bezel/service';
import type { Kysely } from 'kysely';
import type { ShopDatabase } from '../../../database/shop-database.ts';
import { askAsSweeper } from '../ask-as-sweeper.ts';
import type { Waiting } from './forgotten-orders.ts';
import type { Questions } from './questions.ts';

/** With what a look at orders is done. */
export interface Looking {
  readonly db: Kysely<ShopDatabase>;
  readonly workflows: Pick<OrderClient, 'presenceOf' | 'openAmong'>;
  readonly sweeper: string;
  readonly signal: AbortSignal;
}

/** Some orders, and how their workflows are. */
export interface Present<Order extends Waiting> {
  readonly page: readonly Order[];
  readonly open: readonly Order[];
  readonly without: readonly Order[];
  /** Nobody answered for them, or they were not asked about: the next looks do. */
  readonly unknown: readonly Order[];
}

/** A page of orders, and for how many of them it was asked that a workflow is started. */
export interface Looked extends Present<Waiting> {
  readonly asked: number;
}

/**
 * Asks, page by page, that a workflow is started of the orders that have none. What was asked for stays, whatever comes of the
 * pages behind it.
 */
export async function* askForMissing(
  pages: AsyncIterable<readonly Waiting[]>,
  looking: Looking,
  asking: Questions,
): AsyncGenerator<Looked> {
  const { db, sweeper } = looking;
  for await (const present of presences(pages, looking, asking)) {
    let asked = 0;
    for (const { id: orderId } of present.without) {
      if (await askAsSweeper(db, { orderId, sweeper }, { kind: 'run-workflow' })) asked++;
    }
    yield { ...present, asked };
  }
}

/**
 * How the workflows of orders are, page by page; those to ask about last make one more page. Visibility lags: whom it does not name
 * is asked about one by one, and one that is not answered for keeps no other one waiting.
 *
 * @throws what Temporal's visibility throws: without it, every order would have to be asked about
 */
export async function* presences<Order extends Waiting>(
  pages: AsyncIterable<readonly Order[]>,
  { workflows, signal }: Pick<Looking, 'workflows' | 'signal'>,
  asking: Questions,
): AsyncGenerator<Present<Order>> {
  const last: Order[] = [];
  for await (const page of pages) {
    signal.throwIfAborted();
    const listed = await workflows.openAmong(page.map(({ id }) => id));
    const isPutOff = ({ id }: Order): boolean => !listed.has(id) && asking.last.has(id);
    last.push(...page.filter(isPutOff));
    const now = page.filter((order) => !isPutOff(order));
    yield await presence(now, signal, (id) => (listed.has(id) ? 'open' : presenceOf(id, workflows, asking)));
  }
  signal.throwIfAborted();
  if (last.length > 0) yield await presence(last, signal, (id) => presenceOf(id, workflows, asking));
}

type Answer = 'open' | 'without' | 'unknown';

async function presence<Order extends Waiting>(
  page: readonly Order[],
  signal: AbortSignal,
  of: (orderId: string) => Answer | Promise<Answer>,
): Promise<Present<Order>> {
  const present = { page, open: [] as Order[], without: [] as Order[], unknown: [] as Order[] };
  for (const order of page) {
    signal.throwIfAborted();
    present[await of(order.id)].push(order);
  }
  return present;
}

async function presenceOf(orderId: string, workflows: Looking['workflows'], asking: Questions): Promise<Answer> {
  if (asking.away) return 'unknown';
  try {
    const { is } = await workflows.presenceOf(orderId);
    asking.came(orderId, 'answer');
    return is === 'open' ? 'open' : 'without';
  } catch (error) {
    if (!isOfTemporal(error)) throw error;
    log.warn({ err: error, 'order.id': orderId }, 'whether an order has a workflow cannot be asked');
    asking.came(orderId, 'none');
    return 'unknown';
  }
}

const isOfTemporal = (error: unknown): boolean =>
  error instanceof TemporalUnavailableError ||
  error instanceof TemporalNotPreparedError ||
  error instanceof TemporalCallRefusedError;
