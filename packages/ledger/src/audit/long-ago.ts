import { SUBSCRIPTIONS } from '../account/event-types.ts';
import type { MessageCopy } from '../account/evidence.ts';
import { OUTBOX_OF } from '../account/hops.ts';
import { copiesOn, type HandledMessage, type OrderAccount, type WrittenMessage } from '../account/order-account.ts';
import { idTime } from '../sources/views/id-time.ts';
import type { AuditTerms } from './judge.ts';

/** Before every lane there is: what was forgotten is older than what is remembered. */
const FORGOTTEN_LANE = -1;

/**
 * Outboxes forget what they have published, and inboxes what they have taken, after some days; topics do not. So of a message
 * that is older than that, its copy stands for its row in the outbox and for the rows in the inboxes: what is missing there is
 * nothing that was lost. Everything else of an old order is audited as that of a young one.
 *
 * An inbox forgets what was taken. What its consumer holds back was not, however old it is.
 */
export function withWhatIsForgotten(account: OrderAccount, { readAt, limits }: AuditTerms): OrderAccount {
  const { outboxKeptMs, inboxKeptMs } = limits;
  const old = firstCopies(account).filter((copy) => writtenAt(copy) < readAt - Math.min(outboxKeptMs, inboxKeptMs));
  if (old.length === 0) return account;
  const written = new Set(account.written.map(({ messageId }) => messageId));
  const notForgotten = new Set([...account.handled, ...heldBack(account)].map(takeOf));
  const forgottenRows = old.flatMap((copy): WrittenMessage[] =>
    written.has(copy.messageId) || writtenAt(copy) >= readAt - outboxKeptMs ? [] : [rowOf(copy)],
  );
  const forgottenTakes = old.flatMap((copy): HandledMessage[] => {
    const { messageId, type, at } = copy;
    if (writtenAt(copy) >= readAt - inboxKeptMs) return [];
    return SUBSCRIPTIONS.filter(
      ({ types, hop }) => types.includes(type) && !notForgotten.has(takeOf({ hop, messageId })),
    ).map(({ hop }) => ({ hop, messageId, group: 'forgotten', at }));
  });
  return {
    ...account,
    written: [...forgottenRows, ...account.written],
    handled: [...account.handled, ...forgottenTakes],
  };
}

type Take = Pick<HandledMessage, 'hop' | 'messageId'>;

const takeOf = ({ hop, messageId }: Take): string => `${hop} ${messageId}`;

/** The messages that consumers hold back. Of fewer copies than are held, all are. */
function heldBack(account: OrderAccount): readonly Take[] {
  return account.held.flatMap(({ hop, topic, messages }) => {
    const copies = copiesOn(account, topic);
    return copies.slice(Math.max(0, copies.length - messages)).map(({ messageId }) => ({ hop, messageId }));
  });
}

/**
 * Its id tells: a message may have waited long to be published. But never after its copy came to be, whatever the clock said by
 * which the id was made.
 */
const writtenAt = ({ messageId, at }: Pick<MessageCopy, 'messageId' | 'at'>): number =>
  Math.min(idTime(messageId) ?? at, at);

function firstCopies({ copies }: OrderAccount): readonly MessageCopy[] {
  const first = new Map<string, MessageCopy>();
  for (const copy of copies) if (!first.has(copy.messageId)) first.set(copy.messageId, copy);
  return [...first.values()];
}

const rowOf = ({ hop, messageId, type, offset, at }: MessageCopy): WrittenMessage => ({
  hop: OUTBOX_OF[hop],
  messageId,
  topic: hop,
  type,
  shard: FORGOTTEN_LANE,
  seq: offset,
  at,
});
