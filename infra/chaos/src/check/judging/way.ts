import type { Account } from '../account.ts';
import type { Add } from '../defect.ts';
import type { Written } from '../evidence.ts';
import { FINAL, mayFollow } from '../lifecycle.ts';

/** From SUBMITTED on, one step after the other, to an end, and the row at its end. Only what cannot be made is rejected. */
export function judgeWay({ order, shop, unmakeable, seen }: Account, add: Add): void {
  const { status, seq } = order;
  const { history } = shop;
  if (!FINAL.includes(status)) add('unfinished', `still ${status}, and nothing moves it`);
  if (status === 'REJECTED' && !unmakeable) add('lost', 'REJECTED, though it can be made');
  if (unmakeable && shop.history.some(({ to }) => to === 'PRICED')) add('lost', 'PRICED, though it cannot be made');

  const [first] = history;
  const last = history.at(-1);
  if (first?.seq !== 0 || first.to !== 'SUBMITTED') add('lost', 'its history does not begin');
  if (last?.seq !== seq || last.to !== status) {
    add('lost', `${status} (${seq}), and its history ends with ${last?.to} (${last?.seq})`);
  }
  for (const [index, move] of history.entries()) {
    const before = history[index - 1];
    if (before === undefined) continue;
    if (move.seq !== before.seq + 1) add('lost', `move ${before.seq + 1} is missing`);
    if (move.from !== before.to || !mayFollow(before.to, move.to)) {
      add('out-of-order', `${before.to} was followed by ${move.to}`);
    }
    if (move.at < before.at) add('out-of-order', `move ${move.seq} is older than the one before it`);
  }
  judgeTold(shop.messages, seq, add);
  judgeSeen(
    history.map(({ to }) => to),
    seen,
    add,
  );
}

/** Every move has its message, once, in the order of the moves, on one shard. */
function judgeTold(messages: readonly Written[], seq: number, add: Add): void {
  const told = messages
    .filter(({ type }) => type === 'shop.order-submitted' || type === 'shop.order-status-changed')
    .toSorted((one, other) => one.seq - other.seq)
    .map(({ move }) => move ?? 0);
  for (let move = 0; move <= seq; move += 1) {
    const times = told.filter((one) => one === move).length;
    if (times === 0) add('lost', `move ${move} was never told`);
    if (times > 1) add('duplicate-effect', `move ${move} was told ${times} times`);
  }
  if (told.some((move, index) => index > 0 && move < (told[index - 1] ?? -1))) {
    add('out-of-order', `moves were told as ${told.join(', ')}`);
  }
  if (new Set(messages.map(({ shard }) => shard)).size > 1) add('out-of-order', 'its messages are on two shards');
}

/** Whoever looked saw statuses that the order really had, in the order in which it had them. */
function judgeSeen(had: readonly string[], seen: Account['seen'], add: Add): void {
  for (const [who, statuses] of Object.entries(seen)) {
    let place = -1;
    for (const status of statuses) {
      const next = had.indexOf(status);
      if (next < 0) add('lost', `${who} saw ${status}, which it never was`);
      else if (next <= place) add('out-of-order', `${who} saw ${statuses.join(', ')}`);
      place = Math.max(place, next);
    }
  }
}
