import {
  Courier,
  fileNameOf,
  type Model,
  orderAsCustomer,
  type Records,
  randomOf,
  signInAs,
  type Tally,
  workAsOperator,
} from '@bezel/demo/clients';
import type { System } from '../system/system.ts';
import { CustomerClient, type Sightings } from './customer-client.ts';
import { type Door, doorOf } from './door.ts';
import { type ChaosOrderPlan, type PlanOptions, planChaosOrder } from './plan-order.ts';
import { workAsSales } from './sales.ts';
import { sentHome } from './sent-home.ts';
import { type Temper, temperOf } from './temper.ts';

export interface ClientsOptions {
  readonly system: System;
  readonly models: readonly Model[];
  readonly records: Records;
  readonly tally: Tally;
  readonly sightings: Sightings;
  readonly salesSightings: Sightings;
  readonly seed: string;
  /** What names of this run begin with. */
  readonly run: string;
  readonly operators: number;
  readonly cancelPercent: number;
  readonly unmakeablePercent: number;
  /** No new customers from here. */
  readonly closing: AbortSignal;
  /** Everybody goes home. */
  readonly signal: AbortSignal;
}

/** Customers at both doors, operators, sales and the courier. */
export interface Clients {
  /**
   * So many customers with an order each, as many at once as the load says; they keep coming until `enough` fires. Settles
   * when they are done.
   */
  serve(orders: number, enough: AbortSignal): Promise<void>;
  /** One more customer, patient and at once. Settles when the order was answered, with its id; null when sent home. */
  oneMore(): Promise<string | null>;
  /** Settles when every customer is done; operators go home then. */
  done(): Promise<void>;
  /** Files of orders whose customer has left. */
  readonly abandoned: ReadonlySet<string>;
  /** Where an order was placed, by its file. */
  readonly doors: ReadonlyMap<string, Door>;
  /** Files of orders that cannot be made. */
  readonly unmakeable: ReadonlySet<string>;
}

export function startClients(options: ClientsOptions): Clients {
  const { system, models, records, tally, seed, run, cancelPercent, unmakeablePercent, closing, signal } = options;
  const { load } = system;
  const { context } = system.stack;
  const identity = () => ({ ...context.identity, clients: system.stack.clients });
  const client = (door: Door | 'mes' | 'crm', who: keyof typeof tokens | null, name: string, more: ClientMore = {}) =>
    new CustomerClient({
      urls: () => system.doors(door),
      ...(who === null ? {} : { authorization: tokens[who] }),
      random: randomOf(seed, 'network', name),
      tally,
      sightings: who === 'sales' ? options.salesSightings : options.sightings,
      accepts: more.accepts ?? (() => true),
      signal: more.signal ?? signal,
    });
  const tokens = {
    ...{ customer: signInAs(identity, 'customer'), partner: signInAs(identity, 'partner') },
    ...{ operator: signInAs(identity, 'operator'), sales: signInAs(identity, 'sales') },
  };

  const courier = new Courier({
    shop: client('shop', null, 'courier'),
    webhookSecret: context.courierWebhookSecret,
    records,
    tally,
    run,
  });
  const plans: ChaosOrderPlan[] = [];
  const abandoned = new Set<string>();
  const doors = new Map<string, Door>();
  const planByOrder = new Map<string, ChaosOrderPlan>();
  const unmakeable = new Set<string>();
  let read = 0;
  const planOf = (orderId: string): ChaosOrderPlan | undefined => {
    for (; read < records.submissions.length; read += 1) {
      const submission = records.submissions[read];
      const plan = submission === undefined ? undefined : plans[submission.index];
      for (const id of submission?.orderIds ?? []) if (plan) planByOrder.set(id, plan);
    }
    return planByOrder.get(orderId);
  };
  const nextPlan = (share: Pick<PlanOptions, 'cancelPercent' | 'unmakeablePercent'>): ChaosOrderPlan => {
    const plan = planChaosOrder(seed, plans.length, { models: models.length, ...share });
    plans.push(plan);
    if (!plan.makeable) unmakeable.add(fileNameOf(run, plan.index));
    return plan;
  };

  const serveOne = async (plan: ChaosOrderPlan, temper: Temper): Promise<void> => {
    const file = fileNameOf(run, plan.index);
    const door = doorOf(seed, plan.index);
    doors.set(file, door);
    const home = new AbortController();
    const own = AbortSignal.any([signal, home.signal]);
    const leave = (): void => {
      abandoned.add(file);
      home.abort();
    };
    const timer = temper.kind === 'hangs-up' ? setTimeout(leave, temper.afterMs) : undefined;
    const accepts = (): boolean => {
      if (temper.kind === 'price-is-too-high') leave();
      return temper.kind !== 'price-is-too-high';
    };
    const who = door === 'shop' ? 'customer' : 'partner';
    const shop = client(door, who, `customer ${plan.index}`, { signal: own, accepts });
    await sentHome(orderAsCustomer(plan, { shop, courier, models, records, tally, signal: own, run }));
    clearTimeout(timer);
  };

  const working = new AbortController();
  const atWork = AbortSignal.any([signal, working.signal]);
  const operators = Array.from({ length: options.operators }, async (_, index) => {
    const name = `operator-${index + 1}`;
    const mes = client('mes', 'operator', name);
    const random = randomOf(seed, name);
    await sentHome(workAsOperator(name, { mes, courier, planOf, records, tally, random, signal: atWork, run }));
  });
  const sales = sentHome(
    workAsSales({ crm: client('crm', 'sales', 'sales'), records, random: randomOf(seed, 'sales'), signal: atWork }),
  );
  const customers = new Set<Promise<void>>();
  const begin = (work: Promise<void>): Promise<void> => {
    const counted = work.finally(() => customers.delete(counted));
    customers.add(counted);
    return counted;
  };

  return {
    ...{ abandoned, doors, unmakeable },
    async serve(orders, enough) {
      let begun = 0;
      let atWorkNow = 0;
      let ended = Promise.withResolvers<void>();
      const more = (): boolean => !closing.aborted && (begun < orders || !enough.aborted);
      while ((more() || atWorkNow > 0) && !signal.aborted) {
        while (more() && atWorkNow < load.customers) {
          begun += 1;
          atWorkNow += 1;
          load.serves(atWorkNow);
          const plan = nextPlan({ cancelPercent, unmakeablePercent });
          void begin(serveOne(plan, temperOf(seed, plan.index))).finally(() => {
            atWorkNow -= 1;
            ended.resolve();
          });
        }
        await Promise.race([ended.promise, load.changed]);
        ended = Promise.withResolvers<void>();
      }
    },
    async oneMore() {
      const plan = nextPlan({ cancelPercent: 0, unmakeablePercent: 0 });
      const before = records.submissions.length;
      const work = begin(serveOne(plan, { kind: 'patient' }));
      const known = (): string | undefined =>
        records.submissions.slice(before).find(({ index }) => index === plan.index)?.orderIds[0];
      let over = false;
      void work.finally(() => {
        over = true;
      });
      while (known() === undefined && !over) await nextTurn();
      return known() ?? null;
    },
    async done() {
      while (customers.size > 0) await Promise.all(customers);
      working.abort();
      await Promise.all([...operators, sales]);
    },
  };
}

interface ClientMore {
  readonly signal?: AbortSignal;
  readonly accepts?: () => boolean;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
