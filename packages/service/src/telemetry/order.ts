import { AsyncLocalStorage } from 'node:async_hooks';
import { trace } from '@opentelemetry/api';

interface Concern {
  orderId: string | undefined;
}

const concern = new AsyncLocalStorage<Concern>();

/** The order the running piece of work is about, if it is about one. */
export const concernedOrder = (): string | undefined => concern.getStore()?.orderId;

/** Runs `work` so that every log line in it carries `order.id`, and its span the attribute `order.id`. */
export function withOrder<T>(orderId: string, work: () => T): T {
  return concern.run({ orderId }, () => {
    trace.getActiveSpan()?.setAttribute('order.id', orderId);
    return work();
  });
}

/** Opens a piece of work whose order is found out on the way, by {@link concernsOrder}. An HTTP request is one. */
export const withOrderToCome = <T>(work: () => T): T => concern.run({ orderId: undefined }, work);

/** Says which order the running piece of work is about: its log lines from here on carry `order.id`. */
export function concernsOrder(orderId: string): void {
  const store = concern.getStore();
  if (store !== undefined) {
    store.orderId = orderId;
  }
  trace.getActiveSpan()?.setAttribute('order.id', orderId);
}
