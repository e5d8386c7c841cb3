import type { Finish, Metal, OrderStatus, WorkOrderStatus } from '@bezel/contracts';
import type { ModelGeometry } from '@bezel/order-workflow';
import type { ColumnType, Generated, GeneratedAlways } from 'kysely';

/** A moment the database sets by itself. */
type Moment = Generated<Date>;
/** A bigint: the driver reads it as a decimal string. */
type Big = ColumnType<string, number | string | bigint, number | string | bigint>;

interface WorkOrderTable {
  id: string;
  position: GeneratedAlways<string>;
  order_id: string;
  order_number: string;
  tenant: string;
  status: Generated<WorkOrderStatus>;
  claimed_by: string | null;
  metal: Metal;
  finish: Finish;
  mass_mg: Big;
  model_sha256: string;
  model_file_name: string;
  model_bytes: Big;
  opened_at: Moment;
  updated_at: Moment;
}

interface WithdrawnOrderTable {
  order_id: string;
  reason: string;
  withdrawn_at: Moment;
}

interface OrderStatusTable {
  order_id: string;
  status: OrderStatus;
  seq: number;
  reason: string | null;
  changed_at: ColumnType<Date, string, string>;
  late_seq: number | null;
}

interface MaterialStockTable {
  metal: Metal;
  on_hand_mg: Big;
  reserved_mg: Generated<string>;
}

interface MaterialReservationTable {
  order_id: string;
  number: GeneratedAlways<string>;
  metal: Metal;
  mass_mg: Big;
  state: Generated<'RESERVED' | 'CONSUMED' | 'RELEASED'>;
  short: boolean;
  reserved_at: Moment;
  ended_at: Date | null;
}

interface MaterialDeliveryTable {
  id: string;
  metal: Metal;
  mass_mg: Big;
  booked_by: string;
  at: Moment;
}

interface ModelAnalysisTable {
  sha256: string;
  analyser_version: number;
  geometry: ColumnType<ModelGeometry | null, string | null, never>;
  rejected: string | null;
  analysed_at: Moment;
}

interface ModelAnalysisAttemptTable {
  sha256: string;
  analyser_version: number;
  begun: Generated<number>;
  crashes: Generated<number>;
  last_crash: string | null;
  held_by: string | null;
  held_until: Date | null;
  phase: string | null;
}

/** The tables of the database `mes`, as Kysely sees them (`migrations/`). */
export interface MesDatabase {
  work_order: WorkOrderTable;
  withdrawn_order: WithdrawnOrderTable;
  order_status: OrderStatusTable;
  material_stock: MaterialStockTable;
  material_reservation: MaterialReservationTable;
  material_delivery: MaterialDeliveryTable;
  model_analysis: ModelAnalysisTable;
  model_analysis_attempt: ModelAnalysisAttemptTable;
}
