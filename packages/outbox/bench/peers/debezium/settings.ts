/** Settings of Java programs, by name. */
export type Properties = Readonly<Record<string, string | number | boolean>>;

/** Where the connector reads and writes. */
export interface DebeziumTarget {
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  /** Of Connect's REST interface. */
  readonly port: number;
  /** Publication and slot; nothing else on the server has this name. */
  readonly slot: string;
}

export const CONNECTOR = 'outbox';

/** Kafka Connect with one worker and no group, on 127.0.0.1. */
export const workerSettings = ({ brokers, port }: DebeziumTarget): Properties => ({
  'bootstrap.servers': brokers.join(','),
  listeners: `http://127.0.0.1:${port}`,
  'offset.storage.file.filename': 'offsets',
  // Text goes through as it is: JSON is not parsed and not written again.
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'header.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'plugin.discovery': 'service_load',
});

/**
 * Debezium with its documented outbox table and event router. Where its defaults are not the best for a drain, they are
 * set, and its note in the results says so.
 */
export const connectorSettings = ({ databaseUrl, slot }: DebeziumTarget): Properties => {
  const url = new URL(databaseUrl);
  return {
    name: CONNECTOR,
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'tasks.max': 1,
    'database.hostname': url.hostname,
    'database.port': url.port === '' ? 5432 : url.port,
    'database.user': decodeURIComponent(url.username),
    'database.password': decodeURIComponent(url.password),
    'database.dbname': decodeURIComponent(url.pathname.slice(1)),
    'topic.prefix': 'debezium',
    'plugin.name': 'pgoutput',
    'slot.name': slot,
    'publication.name': slot,
    'publication.autocreate.mode': 'filtered',
    'schema.include.list': 'debezium',
    'table.include.list': 'debezium.outbox',
    'snapshot.mode': 'no_data',
    'tombstones.on.delete': false,
    transforms: 'outbox',
    'transforms.outbox.type': 'io.debezium.transforms.outbox.EventRouter',
    // The topic is what the row says, with nothing before it.
    'transforms.outbox.route.topic.replacement': `\${routedByValue}`,
    ...DRAIN_SETTINGS,
  };
};

/** For a drain: larger batches and requests than by default. A queue holds four batches, as it does by default. */
const DRAIN_SETTINGS: Properties = {
  'max.batch.size': 4_096,
  'max.queue.size': 16_384,
  // How long the last batch, which is not full, is waited for; 500 by default.
  'poll.interval.ms': 10,
  'producer.override.batch.size': 262_144,
  // What the Java producer does by itself; Connect allows one request in flight, and a retry may repeat messages.
  'producer.override.linger.ms': 5,
  'producer.override.max.in.flight.requests.per.connection': 5,
  'producer.override.enable.idempotence': true,
};

/** As java.util.Properties reads it: ASCII, with what has a meaning there escaped. */
export const propertiesFile = (properties: Properties): string =>
  Object.entries(properties)
    .map(([name, value]) => `${escaped(name)}=${escaped(String(value))}\n`)
    .join('');

const escaped = (text: string): string =>
  text
    .replace(/[\\:=#! ]/g, (character) => `\\${character}`)
    .replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Java's own options: a heap that neither grows nor shrinks, and the collector that leaves most of two cores to others. */
export const JVM_OPTIONS = ['-Xms1g', '-Xmx1g', '-XX:+UseSerialGC'] as const;

/** For the results: what differs from the defaults, or decides. */
export const SETTINGS_IN_WORDS = `Debezium's settings: pgoutput, payload as text through StringConverter (no JSON is parsed), acks all, ${[
  ...Object.entries(DRAIN_SETTINGS).map(([name, value]) => `${name} ${value}`),
  ...JVM_OPTIONS,
].join(', ')}.`;
