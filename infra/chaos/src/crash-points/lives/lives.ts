import { setTimeout as delay } from 'node:timers/promises';
import {
  Courier,
  cancelAsCustomer,
  type HttpClient,
  type OrderPlan,
  orderAsCustomer,
  Records,
  randomOf,
  signInAs,
  Tally,
  workAsOperator,
} from '@bezel/demo/clients';
import type { StackWithoutApps } from '@bezel/local/bench';
import { CustomerClient, type SeenOrder, type Sightings } from '../../clients/customer-client.ts';
import type { Door } from '../../clients/door.ts';
import { modelsWithOneUnmakeable } from '../../clients/models.ts';
import { sentHome } from '../../clients/sent-home.ts';
import { beginTrouble, endTrouble, isTroubled } from '../deaths/trouble.ts';
import type { Cell } from '../matrix/cells.ts';
import { KINDS, type Kind } from '../matrix/kinds.ts';
import { MODEL_NAMES, planFor } from './plan.ts';
import { redriveWhenParked } from './redrive.ts';

/** How an order is to live, and at which door it begins. */
export interface Life {
  readonly kind: Kind;
  readonly door: Door;
}

/** The life in which a cell can be died in. */
export const lifeFor = ({ role, life }: Pick<Cell, 'role' | 'life'>): Life => ({
  kind: life,
  door: role === 'shop-partner' ? 'partner' : 'shop',
});

/** Orders lived over HTTP, one at a time or many. */
export interface Lives {
  /** What the orders' model files are called, and how each is to live. */
  readonly begun: ReadonlyMap<string, Life>;
  readonly records: Records;
  readonly sightings: Sightings;
  readonly tally: Tally;
  /** One order's life. Settles when it has ended, or when patience has. */
  live(life: Life): Promise<void>;
  /** Sends the operators home. */
  end(): Promise<void>;
}

export interface LivesOptions {
  readonly stack: Pick<StackWithoutApps, 'context' | 'clients' | 'units'>;
  /** Where processes are told which orders are in trouble. */
  readonly folder: string;
  /** What names of this run begin with. */
  readonly run: string;
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

const OPERATORS = 2;

export async function startLives({ stack, folder, run, patienceMs, signal }: LivesOptions): Promise<Lives> {
  const models = await modelsWithOneUnmakeable();
  const [tally, sightings] = [new Tally(), new Map() as Sightings];
  const begun = new Map<string, Life>();
  const late = new Set<string>();
  const records = new Records();
  const fileOf = (orderId: string): string =>
    records.submissions.find(({ orderIds }) => orderIds.includes(orderId))?.fileName ?? '';
  const lifeOf = (orderId: string): Life | undefined => begun.get(fileOf(orderId));
  const identity = () => ({ ...stack.context.identity, clients: stack.clients });
  const tokens = {
    shop: signInAs(identity, 'customer'),
    partner: signInAs(identity, 'partner'),
    mes: signInAs(identity, 'operator'),
    admin: signInAs(identity, 'admin'),
  };
  const client = (who: keyof typeof tokens | 'courier', name: string, more: ClientMore = {}): CustomerClient =>
    new CustomerClient({
      urls: () =>
        stack.units().flatMap(({ urls }) => urls?.[who === 'admin' || who === 'courier' ? 'shop' : who] ?? []),
      ...(who === 'courier' ? {} : { authorization: tokens[who] }),
      random: randomOf(run, 'network', name),
      ...{ tally, sightings, accepts: () => true, signal, ...more },
    });
  const planByFile = new Map<string, OrderPlan>();
  const courier = new Courier({
    ...{ shop: client('courier', 'courier'), webhookSecret: stack.context.courierWebhookSecret },
    ...{ records, tally, run },
  });
  /** Operators leave those alone that are to be called off: they would be shipped before. */
  const planOf = (orderId: string): OrderPlan | undefined => {
    const kind = lifeOf(orderId)?.kind;
    const waits = kind === undefined || KINDS[kind] !== 'DELIVERED' || (kind === 'late' && !late.has(orderId));
    return waits ? undefined : planByFile.get(fileOf(orderId));
  };

  const working = new AbortController();
  const atWork = AbortSignal.any([signal, working.signal]);
  const operators = Array.from({ length: OPERATORS }, (_, index) => {
    const name = `operator-${index + 1}`;
    const mes = client('mes', name, { signal: atWork });
    const random = randomOf(run, name);
    return sentHome(workAsOperator(name, { mes, courier, planOf, records, tally, random, signal: atWork, run }));
  });

  return {
    ...{ begun, records, sightings, tally },
    async live(life) {
      const { kind, door } = life;
      const index = begun.size;
      const plan = planFor(kind, index, models.length);
      const own = MODEL_NAMES[kind] === undefined ? run : `${run}-${MODEL_NAMES[kind]}`;
      const file = `${own}-${index}.stl`;
      begun.set(file, life);
      planByFile.set(file, plan);
      const until = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
      const known = Promise.withResolvers<string | undefined>();
      const saw = (order: SeenOrder): void => {
        if (order.late) late.add(order.id);
        known.resolve(order.id);
      };
      const shop = client(door, `customer ${index}`, { signal: until, saw, accepts: () => kind !== 'expired' });
      const customer = orderAsCustomer(plan, { shop, courier, models, records, tally, signal: until, run: own });
      void Promise.allSettled([customer]).then(() => known.resolve(undefined));
      await Promise.all([sentHome(customer), sentHome(beside(kind, await known.promise, { shop, until }))]);
    },
    async end() {
      working.abort();
      await Promise.all(operators);
    },
  };

  /** What else is done about an order, from when its customer has seen it. */
  async function beside(
    kind: Kind,
    orderId: string | undefined,
    { shop, until }: { readonly shop: HttpClient; readonly until: AbortSignal },
  ): Promise<void> {
    if (orderId === undefined) return;
    if (kind === 'expired') return untilEnded(orderId, shop, until);
    if (kind === 'called-off-too-late') return callOffTooLate(orderId, shop, until);
    if (kind === 'withdrawn-in-vain') return beginTrouble(folder, 'unwithdrawable', orderId);
    if (kind !== 'unheard') return;
    beginTrouble(folder, 'unheard', orderId);
    const mend = (): void => endTrouble(folder, 'unheard', orderId);
    const { databases } = stack.context;
    const admin = client('admin', `admin of ${orderId}`, { signal: until });
    await redriveWhenParked(orderId, { databases, admin, mend, signal: until });
  }

  /** The door still takes the cancellation, and the workflow has heard before that the parcel left: it refuses it. */
  async function callOffTooLate(orderId: string, shop: HttpClient, until: AbortSignal): Promise<void> {
    beginTrouble(folder, 'unshipped', orderId);
    try {
      while (!until.aborted && !isTroubled(folder, 'shipping', orderId)) {
        await delay(LOOK_AGAIN_MS, undefined, { signal: until }).catch(() => {});
      }
      await cancelAsCustomer(orderId, { shop, records, run });
    } finally {
      endTrouble(folder, 'unshipped', orderId);
    }
  }
}

interface ClientMore {
  readonly accepts?: () => boolean;
  readonly saw?: (order: SeenOrder) => void;
  readonly signal?: AbortSignal;
}

const FINAL: readonly string[] = Object.values(KINDS);
const LOOK_AGAIN_MS = 1_000;

/** Looks at an order whose customer has left, until it has ended. */
async function untilEnded(orderId: string, shop: HttpClient, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { body } = await shop.send({ method: 'GET', path: `/v1/orders/${orderId}` });
    if (FINAL.includes(body.status)) return;
    await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
  }
}
