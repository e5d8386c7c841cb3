import { EventInvalidError, MessageTooLargeError } from '../errors/writing.ts';
import { sayIssues, toDataIssues } from '../event/data-issues.ts';
import type { EventDefinition } from '../event/define-event.ts';
import { uuidv7 } from '../id/uuidv7.ts';

/** A message as it is stored. */
export interface EncodedMessage {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: string;
  /** The same in UTF-8. */
  readonly payload: Buffer;
}

/** One message to be written. */
export interface MessageInput<Data> {
  /** What the event's schema accepts. What the schema makes of it is stored, as JSON. */
  readonly data: Data;
  /**
   * A UUID of one's own, by which others know the message already. A second write with the same id is a second message: a copy
   * has the same id and time. Default: a new version 7 UUID.
   */
  readonly id?: string | undefined;
  /** More Kafka headers. Names of CloudEvents and of trace context are taken. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const RESERVED = /^(?:ce_.*|traceparent|tracestate|content-type)$/i;
/** What CloudEvents and Kafka's own framing add, at most. */
const FRAME_BYTES = 512;

/** Checks the data against the event's schema and encodes what the schema made of it. */
export async function encode<Data>(
  event: EventDefinition<string, Data>,
  { data, id = uuidv7(), headers = {} }: MessageInput<Data>,
  maxMessageBytes: number,
): Promise<Omit<EncodedMessage, 'headers'> & { headers: Record<string, string> }> {
  const checked = await event.schema['~standard'].validate(data);
  if (checked.issues !== undefined) {
    throw new EventInvalidError(`${event.type} was not written: ${sayIssues(toDataIssues(checked.issues))}`);
  }
  const key = event.key(checked.value);
  if (typeof key !== 'string' || key === '' || key.includes('\0')) {
    throw new EventInvalidError(
      `${event.type} was not written: its key must be a text of at least one character without U+0000`,
    );
  }
  if (!UUID.test(id)) {
    throw new EventInvalidError(`${event.type} was not written: the id "${id}" is not a UUID`);
  }
  for (const [name, value] of Object.entries(headers)) {
    if (RESERVED.test(name) || name.includes('\0') || typeof value !== 'string' || value.includes('\0')) {
      throw new EventInvalidError(
        `${event.type} was not written: header "${name}" has a reserved name or is not plain text`,
      );
    }
  }
  const json = jsonOf(event.type, checked.value);
  const payload = Buffer.from(json);
  const bytes = FRAME_BYTES + payload.length + Buffer.byteLength(key) + Buffer.byteLength(JSON.stringify(headers));
  if (bytes > maxMessageBytes) {
    throw new MessageTooLargeError(
      `${event.type} for key "${key}" would take ${bytes} bytes; the limit is ${maxMessageBytes}. Write a reference instead of the content.`,
    );
  }
  return { id: id.toLowerCase(), topic: event.topic, key, type: event.type, headers: { ...headers }, json, payload };
}

function jsonOf(type: string, value: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (cause) {
    throw new EventInvalidError(`${type} was not written: ${(cause as Error).message}`, { cause });
  }
  if (json === undefined) {
    throw new EventInvalidError(`${type} was not written: its data has no JSON form`);
  }
  return json;
}
