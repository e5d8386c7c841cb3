import type { StandardSchemaV1 } from '@standard-schema/spec';
import { asError } from '../../errors/as-error.ts';
import { sayIssues, toDataIssues } from '../../event/data-issues.ts';
import type { TopicPartition } from '../../subscriber/index.ts';
import { EventDataInvalidError } from '../errors.ts';
import type { ReceivedEvent } from '../on.ts';
import type { Upcaster } from '../upcast.ts';
import type { HandledMessage } from './route.ts';

/** The event as its handler receives it: an old version brought up to date, and the data checked by the event's schema. */
export async function toEvent({ topic, partition }: TopicPartition, routed: HandledMessage): Promise<ReceivedEvent> {
  const { message, envelope, handler } = routed;
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
    data: await readData(routed),
    headers: envelope.headers,
  };
}

/** Answers at once where the schemas do, which most do: this is called for every message. */
function readData(routed: HandledMessage): unknown {
  const { handler, upcaster } = routed;
  const written = readJson(routed);
  if (upcaster === null) {
    return checked(written, handler.schema, () => dataOf(routed));
  }
  const old = checked(written, upcaster.schema, () => dataOf(routed));
  return Promise.resolve(old).then((data) =>
    checked(upcasted(data, upcaster, routed), handler.schema, () => `${dataOf(routed)}, upcast to ${handler.type},`),
  );
}

const dataOf = ({ envelope }: HandledMessage): string => `the data of ${envelope.type} ${envelope.id}`;

function readJson(routed: HandledMessage): unknown {
  const { value } = routed.message;
  if (value === null) {
    throw new EventDataInvalidError(`${dataOf(routed)} is missing: the message is a tombstone`, {});
  }
  try {
    return JSON.parse(value.toString('utf8'));
  } catch (cause) {
    throw new EventDataInvalidError(`${dataOf(routed)} is not JSON`, { cause });
  }
}

function upcasted(data: unknown, { apply }: Upcaster, routed: HandledMessage): unknown {
  try {
    return apply(data);
  } catch (cause) {
    const said = asError(cause).message;
    throw new EventDataInvalidError(`${dataOf(routed)} cannot be upcast to ${routed.handler.type}: ${said}`, { cause });
  }
}

function checked(data: unknown, schema: StandardSchemaV1, what: () => string): unknown {
  const answer = schema['~standard'].validate(data);
  return answer instanceof Promise ? answer.then((result) => accepted(result, what)) : accepted(answer, what);
}

function accepted(result: StandardSchemaV1.Result<unknown>, what: () => string): unknown {
  if (result.issues === undefined) {
    return result.value;
  }
  const issues = toDataIssues(result.issues);
  throw new EventDataInvalidError(`${what()} does not fit its schema: ${sayIssues(issues)}`, { issues });
}
