import type { Evidence, OrderRow, Told } from './evidence.ts';

/** All the evidence there is of one order. */
export interface Account {
  readonly order: OrderRow;
  readonly shop: Pick<Evidence['shop'], 'history' | 'facts' | 'refused' | 'messages' | 'repairs'>;
  readonly mes: Pick<Evidence['mes'], 'workOrders' | 'reservations' | 'followed' | 'messages'>;
  readonly crm: Evidence['crm'];
  readonly asked: Evidence['people']['asked'];
  readonly acknowledged: Evidence['people']['acknowledged'];
  readonly stepsTaken: Evidence['people']['stepsTaken'];
  readonly told: readonly Told[];
  /** Statuses in which somebody outside saw it, by who that was. */
  readonly seen: Readonly<Record<'its customer' | 'sales', readonly string[]>>;
  readonly doors: { readonly shop: string; readonly crm: string } | undefined;
  readonly unmakeable: boolean;
  /** Fault machinery published messages of it the wrong way round. */
  readonly reordered: boolean;
}

/** One account for each order of the shop. Each table is gone through once. */
export function accountsOf({ shop, mes, crm, told, people, doors, reordered }: Evidence): readonly Account[] {
  const of = {
    shop: {
      ...{ history: byOrder(shop.history), facts: byOrder(shop.facts) },
      ...{ refused: byOrder(shop.refused), messages: byOrder(shop.messages) },
      repairs: byOrder(shop.repairs),
    },
    mes: {
      ...{ workOrders: byOrder(mes.workOrders), reservations: byOrder(mes.reservations) },
      ...{ followed: byOrder(mes.followed), messages: byOrder(mes.messages) },
    },
    crm: {
      ...{ orders: byOrder(crm.orders), moves: byOrder(crm.moves) },
      ...{ delays: byOrder(crm.delays), customerMessages: byOrder(crm.customerMessages) },
    },
    ...{ asked: byOrder(people.asked), acknowledged: byOrder(people.acknowledged) },
    ...{ stepsTaken: byOrder(people.stepsTaken), told: byOrder(told) },
  };
  return shop.orders.map((order) => {
    const { id, file } = order;
    return {
      order,
      shop: {
        ...{ history: of.shop.history(id), facts: of.shop.facts(id) },
        ...{ refused: of.shop.refused(id), messages: of.shop.messages(id) },
        repairs: of.shop.repairs(id),
      },
      mes: {
        ...{ workOrders: of.mes.workOrders(id), reservations: of.mes.reservations(id) },
        ...{ followed: of.mes.followed(id), messages: of.mes.messages(id) },
      },
      crm: {
        ...{ orders: of.crm.orders(id), moves: of.crm.moves(id) },
        ...{ delays: of.crm.delays(id), customerMessages: of.crm.customerMessages(id) },
      },
      ...{ asked: of.asked(id), acknowledged: of.acknowledged(id), stepsTaken: of.stepsTaken(id), told: of.told(id) },
      seen: { 'its customer': people.sightings.get(id) ?? [], sales: people.salesSightings.get(id) ?? [] },
      doors: doors.get(id),
      unmakeable: people.unmakeable.has(file),
      reordered: reordered.has(id),
    };
  });
}

function byOrder<Row extends { readonly orderId: string }>(rows: readonly Row[]): (orderId: string) => readonly Row[] {
  const groups = Map.groupBy(rows, ({ orderId }) => orderId);
  return (orderId) => groups.get(orderId) ?? [];
}
