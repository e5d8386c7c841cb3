import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { TopicPartition } from '../../subscriber/index.ts';
import { EventDataInvalidError } from '../errors.ts';
import type { ReceivedEvent } from '../on.ts';
import type { HandledMessage } from './route.ts';

/** The event as its handler receives it: an old version brought up to date, and the data checked by the event's schema. */
export async function toEvent(
  { topic, partition }: TopicPartition,
  { message, envelope, handler, upcaster }: HandledMessage,
): Promise<ReceivedEvent> {
  const what = `${envelope.type} ${envelope.id}`;
  const written = readJson(message.value, what);
  const current =
    upcaster === null
      ? written
      : upcasted(await checked(written, upcaster.schema, `the data of ${what}`), upcaster, handler.type, what);
  const data = upcaster === null ? `the data of ${what}` : `the data of ${what}, upcast to ${handler.type},`;
  return {
    id: envelope.id,
    type: handler.type,
    writtenAs: envelope.type,
    source: envelope.source,
    time: envelope.time,
    sequence: envelope.sequence,
    topic,
    key: message.key?.toString('utf8') ?? null,
    partition,
    offset: message.offset.toString(),
    data: await checked(current, handler.schema, data),
    headers: envelope.headers,
  };
}

function readJson(value: Buffer | null, what: string): unknown {
  try {
    return JSON.parse(value?.toString('utf8') ?? '');
  } catch (cause) {
    throw new EventDataInvalidError(`the data of ${what} is not JSON`, { cause });
  }
}

function upcasted(
  data: unknown,
  { apply }: NonNullable<HandledMessage['upcaster']>,
  type: string,
  what: string,
): unknown {
  try {
    return apply(data);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new EventDataInvalidError(`the data of ${what} cannot be upcast to ${type}: ${said}`, { cause });
  }
}

async function checked(data: unknown, schema: StandardSchemaV1, what: string): Promise<unknown> {
  // Most schemas answer at once.
  const answer = schema['~standard'].validate(data);
  const result = answer instanceof Promise ? await answer : answer;
  if (result.issues !== undefined) {
    const issues = result.issues.map(({ message, path }) => ({ path: pathOf(path), message }));
    const said = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
    throw new EventDataInvalidError(`${what} does not fit its schema: ${said}`, { issues });
  }
  return result.value;
}

const pathOf = (path: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined): string =>
  (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
