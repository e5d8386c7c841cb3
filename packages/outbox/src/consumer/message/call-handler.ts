import type { TopicPartition } from '../../subscriber/index.ts';
import type { HandlerContext, ReceivedEvent } from '../on.ts';
import type { HandlerCall } from './calls.ts';
import { toEvent } from './receive.ts';
import { asBatchSpan, asConsumerSpan } from './trace.ts';

/** Makes a call. `blame` hears, whenever it changes, whose fault an error would be: of the event at a place, or of any. */
export type HandlerCaller = (
  partition: TopicPartition,
  call: HandlerCall,
  context: HandlerContext,
  blame: (place: number | null) => void,
) => Promise<void>;

/** Hands events to their handler inside a span that continues their trace, or is linked to their traces if they are a batch. */
export function callHandler(groupId: string): HandlerCaller {
  return async (partition, { handler, events }, context, blame) => {
    if (handler.takes === 'one') {
      for (const { place, message } of events) {
        blame(place);
        await asConsumerSpan({ groupId, partition, routed: message }, async () => {
          await handler.handle(await toEvent(partition, message), context);
        });
      }
      return;
    }
    const messages = events.map(({ message }) => message);
    await asBatchSpan({ groupId, partition, messages }, async () => {
      const received: ReceivedEvent[] = [];
      for (const { place, message } of events) {
        blame(place);
        received.push(await toEvent(partition, message));
      }
      if (events.length > 1) {
        blame(null);
      }
      await handler.handle(received, context);
    });
  };
}
