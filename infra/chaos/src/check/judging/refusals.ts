import type { Account } from '../account.ts';
import type { Add } from '../defect.ts';
import { MOVED_TO, mayFollow, WAY } from '../lifecycle.ts';

/**
 * What is refused had come too late: the order was where the fact would have led it, or further, or had ended. A cancellation
 * may be refused sooner when the parcel had left the workshop by then.
 */
export function judgeRefusals({ shop, mes }: Pick<Account, 'shop' | 'mes'>, add: Add): void {
  const written = new Map([...shop.messages, ...mes.messages].map((message) => [message.id, message]));
  for (const { messageId, afterSeq, at } of shop.refused) {
    const to = MOVED_TO[written.get(messageId)?.type ?? ''];
    if (to === undefined) continue; // nobody wrote it, or it is no fact: that is told elsewhere
    const was = shop.history.find(({ seq }) => seq === afterSeq)?.to ?? 'nothing';
    const shipped = mes.messages.some(({ type, at: left }) => type === 'mes.work-order-shipped' && left <= at);
    const inTime = to === 'CANCELLED' ? mayFollow(was, to) && !shipped : WAY.indexOf(was) < WAY.indexOf(to);
    if (inTime && (WAY.includes(was) || was === 'nothing')) {
      add('lost', `${written.get(messageId)?.type} ${messageId} was refused when the order was ${was}`);
    }
  }
}
