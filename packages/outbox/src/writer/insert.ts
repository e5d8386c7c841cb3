import type { EncodedMessage } from './encode.ts';
import { insertMessages, writeMessage } from './insert.sql.ts';

/** A statement that writes messages, and what it is given. */
export interface Insert {
  readonly sql: string;
  readonly params: unknown[];
}

/** Chooses the statement: a single message whose JSON is all ASCII has a cheaper one, and both write the same rows. */
export function createInsert(schema: string, source: string): (messages: readonly EncodedMessage[]) => Insert {
  const many = insertMessages(schema);
  const one = writeMessage(schema);
  return (messages) => {
    const [first] = messages;
    if (first !== undefined && messages.length === 1 && isAscii(first)) {
      const { id, topic, key, type, headers, json } = first;
      return { sql: one, params: [topic, key, type, source, json, JSON.stringify(headers), id] };
    }
    return {
      sql: many,
      params: [
        messages.map(({ id }) => id),
        messages.map(({ topic }) => topic),
        messages.map(({ key }) => key),
        messages.map(({ type }) => type),
        messages.map(() => source),
        messages.map(({ headers }) => JSON.stringify(headers)),
        messages.map(({ payload }) => payload),
      ],
    };
  };
}

/** In UTF-8 everything but ASCII takes more than one byte for each unit of a JavaScript string. */
const isAscii = ({ json, payload }: EncodedMessage): boolean => json.length === payload.length;
