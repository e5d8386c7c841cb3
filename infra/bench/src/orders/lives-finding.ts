import { type Finding, figure, figureRow, round } from '@bezel/local/measuring';
import { differencesInWork, type Events, totalOf } from '../costs/events.ts';
import type { ProcessorTimes } from '../costs/processor-time.ts';
import { countOf, type Writes } from '../costs/writes.ts';
import type { OrdersOptions } from './command-line.ts';
import { processorTable } from './processor-table.ts';

/** Who lives lives, in the order of a round; and what each is called. */
export const CONTENDERS = { order: 'orders', bare: 'bare' } as const;
export type ContenderName = keyof typeof CONTENDERS;

/** A round of one contender. */
export interface Round {
  readonly perS: number;
  readonly orders: number;
  /** null where the server does not tell. */
  readonly writes: Writes | null;
  /** Events of some of its histories. */
  readonly events: readonly Events[];
  /** While the orders lived. */
  readonly busy: ProcessorTimes;
}

type Samples = Readonly<Record<ContenderName, readonly Round[]>>;

const NAMES = Object.keys(CONTENDERS) as ContenderName[];
/** An order may cost Temporal so many times what the bare one costs. */
const BUDGET = 1.3;

/** What the rounds say. */
export function findingOf(samples: Samples, { orders, inFlight }: OrdersOptions): Finding {
  const rates = each(samples, (rounds) =>
    figure(
      rounds.map(({ perS }) => perS),
      'higher',
    ),
  );
  const events = each(samples, eventsPerOrder);
  const writes = each(samples, (rounds) => writesPerOrder(rounds, ({ main }) => main));
  const shown = each(samples, (rounds) => writesPerOrder(rounds, ({ visibility }) => visibility));
  const ratio = rates.order.median / rates.bare.median;
  return {
    figures: {
      ordersPerS: round(rates.order.median, 1),
      bareOrdersPerS: round(rates.bare.median, 1),
      ratio: round(ratio, 3),
      eventsPerOrder: round(events.order, 1),
      writesPerOrder: roundOrNull(writes.order),
      bareEventsPerOrder: round(events.bare, 1),
      bareWritesPerOrder: roundOrNull(writes.bare),
    },
    targets: [
      { what: 'of the bare workflow’s rate', value: ratio, atLeast: 0.7 },
      { what: 'times the bare workflow’s events', value: events.order / events.bare, atMost: BUDGET },
      ...(writes.order === null || writes.bare === null
        ? []
        : [{ what: 'times the bare workflow’s writes', value: writes.order / writes.bare, atMost: BUDGET }]),
    ],
    tables: [
      {
        head: ['orders a second', 'best', 'median', 'rounds'],
        rows: NAMES.map((name) => figureRow(CONTENDERS[name], rates[name], 1)),
      },
      {
        head: ['an order costs', 'events', 'writes', 'writes to visibility'],
        rows: NAMES.map((name) => [
          CONTENDERS[name],
          String(round(events[name], 1)),
          ...[writes[name], shown[name]].map((value) => String(roundOrNull(value) ?? 'not told')),
        ]),
      },
      ...busyTable(samples),
      operationsTable(samples),
    ],
    notes: [
      `Lives: ${orders} orders a round, ${inFlight} on their way at once, from SUBMITTED to DELIVERED. They stand in the shop’s ` +
        'database when the round begins; the order client starts their workflows and tells the facts, as the shop’s consumer ' +
        'would. A fact is told as soon as the status before it is seen (looked at every 20 ms), not sooner.',
      'Orders: the shop’s worker, the MES’s worker and its pricing, a process each, on their databases with their outbox rows, ' +
        'payloads encrypted. Relays, consumers and doors do not run. The model was analysed before: geometry is not measured.',
      'Bare: a workflow of the same signals, activities and timers in the same places; three workers, a process each, with the ' +
        'same options; arguments as large; nothing is read or written but by Temporal.',
      ...differences(samples),
      'Events are those of the fetched histories. Writes are requests to Temporal’s stores that write, as the server counts ' +
        'them itself (persistence_requests of the namespace), with its tasks; those of visibility beside.',
    ],
  };
}

const each = <T>(samples: Samples, of: (rounds: readonly Round[]) => T): Record<ContenderName, T> =>
  Object.fromEntries(NAMES.map((name) => [name, of(samples[name])])) as Record<ContenderName, T>;

function eventsPerOrder(rounds: readonly Round[]): number {
  const all = rounds.flatMap(({ events }) => events);
  return all.reduce((sum, events) => sum + totalOf(events), 0) / all.length;
}

function writesPerOrder(
  rounds: readonly Round[],
  store: (writes: Writes) => ReadonlyMap<string, number>,
): number | null {
  let [written, orders] = [0, 0];
  for (const round of rounds) {
    if (round.writes === null) return null;
    written += countOf(store(round.writes));
    orders += round.orders;
  }
  return written / orders;
}

const roundOrNull = (value: number | null): number | null => (value === null ? null : round(value, 1));

/** Who was busy with an order for how long; no table where the system does not tell. */
function busyTable(samples: Samples): Finding['tables'] {
  const perOrder = each(samples, (rounds) => {
    const orders = rounds.reduce((all, round) => all + round.orders, 0);
    const sum = new Map<string, number>();
    for (const { busy } of rounds) for (const [who, ms] of busy) sum.set(who, (sum.get(who) ?? 0) + ms / orders);
    return sum;
  });
  return processorTable('of processor time an order', new Map(NAMES.map((name) => [CONTENDERS[name], perOrder[name]])));
}

/** By type of event and by operation, what an order costs more or less than the bare one. */
function operationsTable(samples: Samples): Finding['tables'][number] {
  const counts = each(samples, (rounds) => {
    const histories = rounds.flatMap(({ events }) => events);
    const sum = new Map<string, number>();
    const add = (name: string, value: number): void => void sum.set(name, (sum.get(name) ?? 0) + value);
    for (const events of histories) for (const [type, count] of events) add(type, count / histories.length);
    const orders = rounds.reduce((all, round) => all + round.orders, 0);
    for (const { writes } of rounds)
      for (const [name, count] of writes?.main ?? []) add(`${name} (write)`, count / orders);
    return sum;
  });
  const names = new Set(NAMES.flatMap((name) => [...counts[name].keys()]));
  return {
    head: ['an order', ...NAMES.map((name) => CONTENDERS[name])],
    rows: [...names]
      .sort()
      .map((name) => [name, ...NAMES.map((contender) => String(round(counts[contender].get(name) ?? 0, 1)))]),
  };
}

/** Nothing, as long as the bare workflow does the work of an order. */
function differences({ order, bare }: Samples): readonly string[] {
  const [one, other] = [order[0]?.events[0], bare[0]?.events[0]] as [Events, Events];
  const found = differencesInWork(one, other);
  return found.length === 0 ? [] : [`The bare workflow does not do the same work: ${found.join('; ')}.`];
}
