import type { Finding, Hop, OrderAccount } from '@bezel/ledger';
import type { Acknowledged, Records } from '../clients/records.ts';
import type { OrdersByFile } from './submissions-on-topic.ts';

/** What an acknowledged request must have left behind: a message of this type in the outbox. */
const MESSAGE_OF: Readonly<Record<Acknowledged['what'], string>> = {
  accept: 'shop.price-accepted',
  cancel: 'shop.cancellation-requested',
  deliver: 'shop.delivery-confirmed',
};

/**
 * Holds what the clients wrote down against the accounts of their orders. The audit sees what the system knows; this sees
 * what it once told its clients and may have forgotten, or done twice for one request.
 */
export function findClientLosses(
  records: Pick<Records, 'submissions' | 'acknowledged'>,
  accounts: ReadonlyMap<string, OrderAccount>,
  ordersByFile: OrdersByFile,
): Finding[] {
  const found: Finding[] = [];
  const add = (kind: Finding['kind'], hop: Hop, orderId: string, detail: string): void => {
    found.push({ kind, hop, orderId, detail });
  };

  for (const { fileName, orderIds } of records.submissions) {
    const [orderId = fileName, ...others] = orderIds;
    if (others.length > 0) {
      add(
        'doubled-effect',
        'client',
        orderId,
        `one Idempotency-Key was answered with the orders ${orderIds.join(', ')}`,
      );
    }
    const made = ordersByFile.get(fileName);
    if (made !== undefined && made.size > 1) {
      add('doubled-effect', 'shop.order', orderId, `one submission made the orders ${[...made].join(', ')}`);
    }
    if (!accounts.has(orderId)) add('lost', 'client', orderId, 'a client was told 201, and nothing knows of the order');
  }

  for (const { orderId, what } of records.acknowledged) {
    const type = MESSAGE_OF[what];
    const written = accounts.get(orderId)?.written.filter((message) => message.type === type).length ?? 0;
    if (written === 0) add('lost', 'shop.outbox', orderId, `"${what}" was answered 202, and no ${type} was written`);
    if (written > 1) add('doubled-effect', 'shop.outbox', orderId, `one "${what}" wrote ${written} of ${type}`);
  }
  return found;
}
