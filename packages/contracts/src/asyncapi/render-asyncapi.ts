import { z } from 'zod';
import * as mes from '../events/mes.ts';
import * as repairs from '../events/repairs.ts';
import * as shop from '../events/shop.ts';
import { TOPIC_PARTITIONS } from '../topics.ts';

/** An event as this document needs it. */
interface Described {
  readonly type: string;
  readonly topic: string;
  readonly schema: unknown;
}

const EVENTS: readonly (readonly [name: string, event: Described])[] = [
  ...Object.entries(shop),
  ...Object.entries(repairs),
  ...Object.entries(mes),
];
/**
 * The headers every message carries: CloudEvents 1.0 in binary mode (Kafka protocol binding 1.0.2) and W3C Trace Context.
 * `ce_sequence` orders messages of one shard for people; nobody may deduplicate on it.
 */
const HEADERS = {
  type: 'object',
  required: ['ce_id', 'ce_type', 'ce_source', 'ce_time'],
  properties: {
    ce_specversion: { const: '1.0' },
    ce_id: { type: 'string', format: 'uuid', description: 'The id to deduplicate on; the same in every copy.' },
    ce_type: { type: 'string' },
    ce_source: { type: 'string', format: 'uri-reference' },
    ce_time: { type: 'string', format: 'date-time' },
    ce_sequence: { type: 'string' },
    traceparent: { type: 'string' },
  },
} as const;

/** The AsyncAPI 3.0 document of every topic and event, made from the schemas that writers and readers apply. */
export function renderAsyncApi(): object {
  const topics = [...new Set(EVENTS.map(([, { topic }]) => topic))];
  const messagesOf = (topic: string) => EVENTS.filter(([, event]) => event.topic === topic);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Bezel events',
      version: '1.0.0',
      description: 'Messages of one key arrive in order, at least once. Deduplicate on ce_id.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(
      topics.map((topic) => [
        topic,
        {
          address: topic,
          description: 'Key: the id of the order; of what is asked in a repair of it, the repair.',
          bindings: { kafka: { topic, partitions: TOPIC_PARTITIONS } },
          messages: Object.fromEntries(
            messagesOf(topic).map(([name]) => [name, { $ref: `#/components/messages/${name}` }]),
          ),
        },
      ]),
    ),
    operations: Object.fromEntries(
      topics.map((topic) => [
        `publish ${topic}`.replaceAll(/[^a-z]+/g, '-'),
        { action: 'send', channel: { $ref: `#/channels/${topic}` } },
      ]),
    ),
    components: {
      messages: Object.fromEntries(
        EVENTS.map(([name, event]) => [
          name,
          {
            name: event.type,
            headers: HEADERS,
            payload: { schemaFormat: 'application/schema+json;version=draft-07', schema: jsonSchemaOf(event.schema) },
          },
        ]),
      ),
    },
  };
}

function jsonSchemaOf(schema: unknown): object {
  if (!(schema instanceof z.ZodType)) {
    throw new TypeError('events of this house are described with zod');
  }
  return z.toJSONSchema(schema, { target: 'draft-7' });
}
