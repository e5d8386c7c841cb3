import type { TopicPartition } from '../../subscriber/index.ts';
import { EventDataInvalidError } from '../errors.ts';
import type { HandlerContext, ReceivedEvent } from '../on.ts';
import type { HandledMessage } from './route.ts';
import { asConsumerSpan } from './trace.ts';

/** Runs the handler of one message: data checked by the event's schema, inside a span that continues its trace. */
export function handleMessage(groupId: string) {
  return (partition: TopicPartition, routed: HandledMessage, context: HandlerContext): Promise<void> =>
    asConsumerSpan({ groupId, partition, routed }, async () => {
      await routed.handler.handle(await toEvent(partition, routed), context);
    });
}

async function toEvent(
  { topic, partition }: TopicPartition,
  { message, envelope, handler }: HandledMessage,
): Promise<ReceivedEvent> {
  return {
    id: envelope.id,
    type: envelope.type,
    source: envelope.source,
    time: envelope.time,
    sequence: envelope.sequence,
    topic,
    key: message.key?.toString('utf8') ?? null,
    partition,
    offset: message.offset.toString(),
    data: await readData(message.value, handler.schema, `${envelope.type} ${envelope.id}`),
    headers: envelope.headers,
  };
}

async function readData(
  value: Buffer | null,
  schema: HandledMessage['handler']['schema'],
  what: string,
): Promise<unknown> {
  let json: unknown;
  try {
    json = JSON.parse(value?.toString('utf8') ?? '');
  } catch (cause) {
    throw new EventDataInvalidError(`the data of ${what} is not JSON`, { cause });
  }
  const checked = await schema['~standard'].validate(json);
  if (checked.issues !== undefined) {
    const issues = checked.issues.map(({ message, path }) => ({ path: pathOf(path), message }));
    const said = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
    throw new EventDataInvalidError(`the data of ${what} does not fit its schema: ${said}`, { issues });
  }
  return checked.value;
}

const pathOf = (path: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined): string =>
  (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
