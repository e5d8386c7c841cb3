import { MOVED_TYPE, SUBMITTED_TYPE } from '../../../account/event-types.ts';
import type { InboxHop } from '../../../account/hops.ts';
import type { OrderAccount } from '../../../account/order-account.ts';

/** The messages that an app has taken. */
export const takenBy = ({ handled }: OrderAccount, inbox: InboxHop): ReadonlySet<string> =>
  new Set(handled.filter((row) => row.hop === inbox).map((row) => row.messageId));

/** The message that told of a move, when an app has taken it. */
export function takenMessage(account: OrderAccount, inbox: InboxHop, seq: number): string | undefined {
  const taken = takenBy(account, inbox);
  return account.copies.find(
    (copy) =>
      taken.has(copy.messageId) &&
      (seq === 0 ? copy.type === SUBMITTED_TYPE : copy.type === MOVED_TYPE && copy.move?.seq === seq),
  )?.messageId;
}
