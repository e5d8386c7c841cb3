import type { OrderDelayed, OrderResource, OrderStatus, PriceOffer } from '@bezel/contracts';
import type { EventData } from '@bezel/outbox/event';
import type { ColumnType, Generated } from 'kysely';

/** Read as a value, written as JSON text: node-postgres would send an array as a Postgres array. */
type Json<T> = ColumnType<T, string, string>;

/** Written as UTC ISO 8601. */
type Moment = ColumnType<Date, string, never>;
type OptionalMoment = ColumnType<Date | null, string | null | undefined, string | null>;

/** One order as the CRM knows it; see migrations/0001_order_view.sql. */
export interface OrderViewTable {
  id: string;
  number: string;
  tenant: string;
  customer_id: string;
  channel: OrderResource['channel'];
  status: OrderStatus;
  seq: number;
  model: Json<OrderResource['model']>;
  metal: OrderResource['metal'];
  finish: OrderResource['finish'];
  stones: number;
  offer: Json<PriceOffer> | null;
  reason: string | null;
  submitted_at: ColumnType<Date, string, string>;
  updated_at: ColumnType<Date, string, string>;
  stage_deadline: OptionalMoment;
  promised_at: OptionalMoment;
  expected_at: OptionalMoment;
  late: Generated<boolean>;
  predicted_late: Generated<boolean>;
}

/** One move as it was told. */
export interface OrderMoveTable {
  position: Generated<string>;
  order_id: string;
  seq: number;
  from_status: OrderStatus | null;
  to_status: OrderStatus;
  reason: string | null;
  offer: Json<PriceOffer> | null;
  message_id: string;
  deadline: OptionalMoment;
  promised_at: OptionalMoment;
  at: Moment;
}

/** One delay as it was told; see migrations/0004_delays.sql. */
export interface OrderDelayTable {
  position: Generated<string>;
  order_id: string;
  seq: number;
  kind: Delayed['kind'];
  status: OrderStatus;
  deadline: Moment;
  expected_at: OptionalMoment;
  message_id: string;
  at: Moment;
}

/** What a customer was told; its id is that of the message that told the CRM. */
export interface CustomerMessageTable {
  id: string;
  order_id: string;
  tenant: string;
  customer_id: string;
  kind: Delayed['kind'];
  text: string;
  at: Moment;
}

type Delayed = EventData<typeof OrderDelayed>;

/** The CRM's own tables. */
export interface CrmDatabase {
  order_view: OrderViewTable;
  order_move: OrderMoveTable;
  order_delay: OrderDelayTable;
  customer_message: CustomerMessageTable;
}
