import type { PriceOffer } from '@bezel/contracts';
import type { Fact, FactKind } from '../contract/facts.ts';

/** What the workflow's own work reports back: how an activity or a timer ended. */
export type Outcome =
  /** The workflow was started, by the message with this id if it is known. */
  | { readonly kind: 'begun'; readonly messageId: string | undefined }
  | { readonly kind: 'priced'; readonly offer: PriceOffer }
  /** The model cannot be made; `reason` is for the customer. */
  | { readonly kind: 'model-rejected'; readonly reason: string }
  | { readonly kind: 'offer-expired' }
  | { readonly kind: 'work-order-opened'; readonly workOrderId: string }
  | { readonly kind: 'work-order-withdrawn' }
  /** The work order could not be withdrawn: the parcel has left. */
  | { readonly kind: 'work-order-shipped' }
  /** A moment has come that `wakeAt` asked for. It says nothing itself: the clock does. */
  | { readonly kind: 'time-passed' };

/** Everything that can happen to an order. */
export type Message = Fact | Outcome;

export type MessageKind = Message['kind'];

const FACT_KINDS: Readonly<Record<FactKind, true>> = {
  'price-accepted': true,
  'cancellation-requested': true,
  'manufacturing-started': true,
  'manufacturing-completed': true,
  packed: true,
  shipped: true,
  delivered: true,
};

/** True for what somebody recorded, false for what the workflow's own work reported. */
export const isFact = (message: Message): message is Fact => message.kind in FACT_KINDS;
