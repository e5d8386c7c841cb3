import type { OrderResource, OrderStatus, PriceOffer } from '@bezel/contracts';
import type { ColumnType, Generated } from 'kysely';

/** Read as a value, written as JSON text: node-postgres would send an array as a Postgres array. */
type Json<T> = ColumnType<T, string, string>;

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
  at: ColumnType<Date, string, never>;
}

/** The CRM's own tables. */
export interface CrmDatabase {
  order_view: OrderViewTable;
  order_move: OrderMoveTable;
}
