import type { Compensation, Finish, Metal, OrderStatus, PriceOffer, PricingPhase } from '@bezel/contracts';
import type { Fact, FactKind, OrderDelay } from '@bezel/order-workflow';
import type { ColumnType, Generated } from 'kysely';

/** A moment the database sets by itself. */
type Moment = Generated<Date>;
/** A moment somebody tells, UTC ISO 8601. */
type OptionalMoment = ColumnType<Date | null, string | null | undefined, string | null>;
type Json<T extends object> = ColumnType<T | null, string | null, string | null>;

interface ModelTable {
  sha256: string;
  bytes: number;
  stored_at: Moment;
}

interface ModelPieceTable {
  sha256: string;
  number: number;
  content: Buffer;
}

interface ModelUploadTable {
  tenant: string;
  uploaded_by: string;
  sha256: string;
  file_name: string;
  uploaded_at: Moment;
}

interface OrdersTable {
  id: string;
  number: string;
  tenant: string;
  customer_id: string;
  channel: 'shop' | 'partner';
  model_sha256: string;
  model_file_name: string;
  model_bytes: number;
  metal: Metal;
  finish: Finish;
  stones: number;
  status: OrderStatus;
  seq: number;
  offer: Json<PriceOffer>;
  reason: string | null;
  submitted_at: Moment;
  updated_at: Moment;
  stage_deadline: OptionalMoment;
  promised_at: OptionalMoment;
  expected_at: OptionalMoment;
  late: Generated<boolean>;
  predicted_late: Generated<boolean>;
}

interface OrderHistoryTable {
  order_id: string;
  seq: number;
  from_status: OrderStatus | null;
  to_status: OrderStatus;
  reason: string | null;
  caused_by: string | null;
  offer: Json<PriceOffer>;
  at: Moment;
}

interface OrderFactTable {
  message_id: string;
  order_id: string;
  kind: Extract<FactKind, 'price-accepted' | 'cancellation-requested' | 'delivered'>;
  offer_id: string | null;
  said_by: string;
  reason: string | null;
  at: Moment;
}

interface OrderRefusedFactTable {
  order_id: string;
  message_id: string;
  kind: FactKind;
  status: OrderStatus;
  reason: string;
  after_seq: number;
  said_at: ColumnType<Date, string, never>;
  at: Moment;
}

interface OrderDelayTable {
  order_id: string;
  seq: number;
  kind: OrderDelay['kind'];
  status: OrderStatus;
  deadline: ColumnType<Date, string, never>;
  expected_at: OptionalMoment;
  message_id: string;
  at: Moment;
}

interface OrderCompensationTable {
  order_id: string;
  step: Compensation['step'];
  message_id: string;
  after_seq: number;
  at: ColumnType<Date, string | Date, never>;
}

interface WithdrawalFailureTable {
  order_id: string;
  tries: number;
  error: string;
  at: ColumnType<Date, string, string>;
}

interface OrderWorkflowTable {
  order_id: string;
  run_id: string;
  started_at: Moment;
}

interface CourierEventTable {
  webhook_id: string;
  order_id: string;
  delivered_at: ColumnType<Date, string, never>;
  at: Moment;
}

interface PricingProgressTable {
  order_id: string;
  phase: PricingPhase;
  percent: number;
  at: ColumnType<Date, string, string>;
}

/** Which app wrote a message, and where in its outbox. */
export interface PublishDetails {
  readonly of: 'shop' | 'mes';
  readonly shard: number;
  readonly seq: number;
}

/** An event as it was told. */
export interface ProjectDetails {
  readonly event: { readonly type: string; readonly data: unknown };
}

interface OrderRepairTable {
  id: string;
  order_id: string;
  kind: 'run-workflow' | 'tell-fact' | 'redrive' | 'publish-again' | 'project-again';
  message_id: string | null;
  fact: Json<Omit<Fact, 'messageId'>>;
  /** What the kind needs besides. */
  details: Json<PublishDetails | ProjectDetails>;
  asked_by: string;
  reason: string;
  after_seq: number;
  state: Generated<'asked' | 'done' | 'needless' | 'refused'>;
  outcome: string | null;
  at: Moment;
  ended_at: ColumnType<Date | null, never, Date>;
}

/** The tables of the database `shop`, as Kysely sees them (`migrations/`). */
export interface ShopDatabase {
  model: ModelTable;
  model_piece: ModelPieceTable;
  model_upload: ModelUploadTable;
  orders: OrdersTable;
  order_history: OrderHistoryTable;
  order_fact: OrderFactTable;
  order_refused_fact: OrderRefusedFactTable;
  order_delay: OrderDelayTable;
  order_repair: OrderRepairTable;
  order_compensation: OrderCompensationTable;
  withdrawal_failure: WithdrawalFailureTable;
  order_workflow: OrderWorkflowTable;
  courier_event: CourierEventTable;
  pricing_progress: PricingProgressTable;
}
