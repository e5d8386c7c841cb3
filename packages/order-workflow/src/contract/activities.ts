import type { Finish, Metal, ModelRef, OrderStatus, PriceOffer, PricePart } from '@bezel/contracts';
import type { FactKind } from './facts.ts';

/** What the workflow is started with: the submitted order as its event told it. */
export interface OrderInput {
  readonly orderId: string;
  readonly orderNumber: string;
  readonly tenant: string;
  readonly customerId: string;
  readonly model: ModelRef;
  readonly metal: Metal;
  readonly finish: Finish;
  readonly stones: number;
  /** UTC ISO 8601. */
  readonly submittedAt: string;
}

/** One move of one order. `(orderId, seq)` is its identity: doing it twice has one effect. */
export interface OrderMove {
  readonly orderId: string;
  readonly seq: number;
  readonly from: OrderStatus;
  readonly to: OrderStatus;
  /** Id of the message whose fact caused the move; absent when the workflow itself moved on. */
  readonly causedBy?: string;
  readonly reason?: string;
  /** The offer made; only on the move to PRICED. */
  readonly offer?: PriceOffer;
}

/** A fact that can never fit the order's state, kept in its history. `(orderId, messageId)` is its identity. */
export interface RefusedFact {
  readonly orderId: string;
  readonly messageId: string;
  readonly kind: FactKind;
  readonly status: OrderStatus;
  readonly reason: string;
  readonly at: string;
}

/** Activities of the shop (task queue `orders`): status, history row and event in one transaction of the shop's database. */
export interface ShopActivities {
  moveOrder(move: OrderMove): Promise<void>;
  recordRefusedFact(refusal: RefusedFact): Promise<void>;
}

/** What was measured on a closed mesh. Lengths in µm, volume in µm³ as a decimal string (it exceeds 2^53), surface in µm². */
export interface ModelGeometry {
  readonly volumeUm3: string;
  readonly surfaceUm2: string;
  readonly boundingBoxUm: readonly [number, number, number];
  readonly triangles: number;
  readonly warnings: readonly string[];
}

/** Activities of the pricing workers (task queue `pricing`). They own no data; running one twice is harmless. */
export interface PricingActivities {
  /**
   * Fetches the model and measures it. Fails for good with an ApplicationFailure of type {@link MODEL_REJECTED} when the
   * model is not one closed body; the failure's message is a reason for the customer.
   */
  analyseModel(input: { readonly orderId: string; readonly model: ModelRef }): Promise<ModelGeometry>;
  priceMetal(input: {
    readonly geometry: ModelGeometry;
    readonly metal: Metal;
  }): Promise<{ readonly part: PricePart; readonly massMg: number }>;
  /** null when there are no stones to set. */
  priceStones(input: { readonly stones: number }): Promise<PricePart | null>;
  priceLabour(input: { readonly geometry: ModelGeometry; readonly finish: Finish }): Promise<PricePart>;
}

/** Failure type of a model that cannot be made: an outcome of the order, never retried. */
export const MODEL_REJECTED = 'ModelRejected';

/** Activities of the MES (task queue `mes`): each one transaction of the MES database, idempotent by the order's id. */
export interface MesActivities {
  /** Opens the work order, reserves `massMg` of the metal and writes WorkOrderOpened. */
  openWorkOrder(input: {
    readonly orderId: string;
    readonly orderNumber: string;
    readonly tenant: string;
    readonly metal: Metal;
    readonly finish: Finish;
    readonly massMg: number;
    readonly model: ModelRef;
  }): Promise<{ readonly workOrderId: string }>;
  /** Withdraws the work order if it is not shipped and releases its material; no work order is also success. */
  withdrawWorkOrder(input: { readonly orderId: string; readonly reason: string }): Promise<void>;
}
