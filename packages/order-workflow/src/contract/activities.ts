import type { Finish, Metal, ModelRef, OrderStatus, PriceOffer, PricePart } from '@bezel/contracts';
import type { FactKind, RefusalReason } from './facts.ts';

/** What the workflow is started with: the submitted order as its event told it. */
export interface OrderInput {
  readonly orderId: string;
  readonly orderNumber: string;
  readonly tenant: string;
  readonly customerId: string;
  /** By which door it came; absent on orders that began before it was told. */
  readonly channel?: 'shop' | 'partner' | undefined;
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
  /** UTC ISO 8601: when the status moved to passes its SLA; absent where it has none. */
  readonly deadline?: string;
  /** UTC ISO 8601: when the order is promised to be delivered; only on the move to APPROVED. */
  readonly promisedAt?: string;
}

/** Who is told of a delay. A partner is the customer of its orders. */
export type Audience = 'operators' | 'customer';

/**
 * The news that an order is late (`late`: the stage it is in has passed its SLA) or will be (`predicted`: that SLA will
 * pass, or the order will be delivered after the time promised). `(orderId, seq, kind)` is its identity.
 */
export interface OrderDelay {
  readonly orderId: string;
  /** Number of the last move made: the delay is of the stage that this move entered. */
  readonly seq: number;
  readonly status: OrderStatus;
  readonly kind: 'late' | 'predicted';
  /** UTC ISO 8601: what is missed or will be: the end of the stage's SLA or, before it has passed, the time promised. */
  readonly deadline: string;
  /** UTC ISO 8601: when the order will be delivered if the stages left take what they usually do; null before APPROVED. */
  readonly expectedAt: string | null;
  readonly tells: readonly Audience[];
}

/** A fact that can never fit the order's state, kept in its history. `(orderId, messageId)` is its identity. */
export interface RefusedFact {
  readonly orderId: string;
  readonly messageId: string;
  readonly kind: FactKind;
  /** The order's status when the fact was refused. */
  readonly status: OrderStatus;
  /** A stable code, such as `order-ended`; the list is {@link RefusalReason}. */
  readonly reason: RefusalReason;
  /** UTC ISO 8601: when the fact was recorded. */
  readonly at: string;
}

/** Activities of the shop (task queue `orders`): status, history row and event in one transaction of the shop's database. */
export interface ShopActivities {
  /**
   * Commits a move. Fails for good with an ApplicationFailure of type {@link OFFER_ACCEPTED} when the move is the end of
   * an offer (from PRICED, reason {@link OFFER_EXPIRED}, no `causedBy`) whose acceptance the shop has already recorded: that fact is
   * on its way to the workflow and must win over the clock.
   */
  moveOrder(move: OrderMove): Promise<void>;
  /** Adds a refused fact to the order's history; it moves nothing and writes no event. */
  recordRefusedFact(refusal: RefusedFact): Promise<void>;
  /** Marks the order late or predicted to be, and writes OrderDelayed. The next move takes the mark `late` away. */
  recordDelay(delay: OrderDelay): Promise<void>;
}

/** Reason of the move that ends an offer nobody accepted in time. */
export const OFFER_EXPIRED = 'offer-expired';

/** Failure type of the shop's answer "this offer was accepted in time": an outcome of the order, never retried. */
export const OFFER_ACCEPTED = 'OfferAccepted';

/** What was measured on a closed mesh. Lengths in µm, volume in µm³ as a decimal string (it exceeds 2^53), surface in µm². */
export interface ModelGeometry {
  readonly volumeUm3: string;
  readonly surfaceUm2: string;
  readonly boundingBoxUm: readonly [number, number, number];
  readonly triangles: number;
  readonly warnings: readonly string[];
}

/** Which price list a part is priced by. */
export interface PricingTerms {
  /** UTC ISO 8601: when the pricing of this order began. Absent in tasks of earlier workflows: the moment they are done. */
  readonly at?: string;
}

/** A priced line, with the name of the list it comes from; absent in answers of earlier workers. */
export type PricedPart = PricePart & { readonly priceList?: string };

/** What a price list takes off the sum of an offer's parts. */
export interface Discount {
  readonly label: string;
  /** From 1 to 1000. */
  readonly permille: number;
}

/**
 * Activities of the pricing workers (task queue `pricing`). They own no data; running one twice is harmless.
 * Each of them may fail for good with {@link MODEL_REJECTED}. Whatever else goes wrong is tried again without end.
 */
export interface PricingActivities {
  /**
   * Fetches the model and measures it. Fails for good with an ApplicationFailure of type {@link MODEL_REJECTED} when the
   * model is not one closed body; the failure's message is a reason for the customer. Heartbeats at least every 10 s,
   * which is also how it learns that it was cancelled.
   */
  analyseModel(input: { readonly orderId: string; readonly model: ModelRef }): Promise<ModelGeometry>;
  /** Also says the discount the list has for the partner whose order it is; `partner` is absent for the shop's customers. */
  priceMetal(
    input: PricingTerms & { readonly geometry: ModelGeometry; readonly metal: Metal; readonly partner?: string },
  ): Promise<{
    readonly part: PricePart;
    readonly massMg: number;
    readonly priceList?: string;
    readonly discount?: Discount;
  }>;
  /** null when there are no stones to set. */
  priceStones(input: PricingTerms & { readonly stones: number }): Promise<PricedPart | null>;
  priceLabour(input: PricingTerms & { readonly geometry: ModelGeometry; readonly finish: Finish }): Promise<PricedPart>;
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
  /**
   * Withdraws the work order and releases its material; no work order, or one already withdrawn, is also success. Fails
   * for good with an ApplicationFailure of type {@link WORK_ORDER_SHIPPED} when the parcel has left the house.
   */
  withdrawWorkOrder(input: { readonly orderId: string; readonly reason: string }): Promise<void>;
}

/** Failure type of a work order that cannot be withdrawn because it is shipped: an outcome of the order, never retried. */
export const WORK_ORDER_SHIPPED = 'WorkOrderShipped';
