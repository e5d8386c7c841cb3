import type { Account } from '../account.ts';
import type { Add } from '../defect.ts';

/** Sales see the same status, have heard of every move once and in order, and told the customer of every delay. */
export function judgeSales({ order, shop, crm, reordered }: Account, add: Add): void {
  const [seen] = crm.orders;
  if (seen?.status !== order.status || seen.seq !== order.seq) {
    add('lost', `sales sees ${seen?.status ?? 'nothing'}, the order is ${order.status}`);
  }
  for (const { seq, to } of shop.history) {
    const heard = crm.moves.filter((one) => one.seq === seq);
    if (heard.length === 0) add('lost', `sales was never told of move ${seq} to ${to}`);
    if (heard.length > 1) add('duplicate-effect', `sales counts move ${seq} to ${to} ${heard.length} times`);
    if (heard.some((one) => one.to !== to)) add('lost', `move ${seq} is ${to}, sales was told ${heard[0]?.to}`);
  }
  for (const { seq, to } of crm.moves) {
    if (!shop.history.some((move) => move.seq === seq)) {
      add('duplicate-effect', `sales was told of move ${seq} to ${to}, which was never made`);
    }
  }
  const heardAs = crm.moves.map(({ seq }) => seq);
  if (!reordered && heardAs.some((seq, index) => index > 0 && seq < (heardAs[index - 1] ?? -1))) {
    add('out-of-order', `sales heard of moves ${heardAs.join(', ')}`);
  }
  const delays = crm.delays.map(({ messageId }) => messageId);
  const messages = crm.customerMessages.map(({ id }) => id);
  if (new Set(delays).size < delays.length) add('duplicate-effect', 'a delay is counted twice');
  for (const { id } of shop.messages.filter(({ type }) => type === 'shop.order-delayed')) {
    if (!delays.includes(id)) add('lost', `sales was never told of the delay ${id}`);
    if (!messages.includes(id)) add('lost', `the customer was never told of the delay ${id}`);
  }
}

/** The doors say what the databases have. */
export function judgeDoors({ order, doors }: Account, add: Add): void {
  if (doors === undefined) return;
  for (const door of ['shop', 'crm'] as const) {
    if (doors[door] !== order.status) add('lost', `the door of the ${door} says ${doors[door]}, it is ${order.status}`);
  }
}
