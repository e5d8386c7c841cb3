import type { Mutant } from '../mutant.ts';

const OUTBOUND = 'src/relay/sending/outbound.ts';
const SPEC = 'src/relay/sending/outbound.spec.ts';
const CLOCKS = 'src/relay/sending/clocks.int.test.ts';
const BATCHES = 'src/platformatic/produce/batch-publisher.int.test.ts';
const IN_ORDER = { file: SPEC, test: 'every key leaves in its order and completely' };

/** The way from a read to Kafka: what may be sent, what has to wait, and for whom. */
export const SENDING: readonly Mutant[] = [
  {
    name: 'messages-carry-the-time-of-the-relays-machine',
    breaks: 'P8',
    file: 'src/relay/sending/sending.ts',
    find: 'toRecord(message, now)',
    replace: 'toRecord(message)',
    caughtBy: { file: CLOCKS, test: 'publishes although its machine’s clock is two hours' },
  },
  {
    name: 'a-time-that-is-refused-is-a-fault-of-the-message',
    breaks: 'P8',
    file: 'src/publisher/error-codes.ts',
    find: "32: 'topic'",
    replace: "32: 'message'",
    caughtBy: { file: CLOCKS, test: 'waits for a topic that takes no message of this time' },
  },
  {
    name: 'two-sends-under-way-at-once',
    breaks: 'P2',
    file: 'src/relay/create-relay.ts',
    find: 'const sent = await sending.once();',
    replace: 'const [sent] = await Promise.all([sending.once(), sending.once()]);',
    caughtBy: { file: 'src/relay/hand-over.int.test.ts', test: 'has one send under way at a time' },
  },
  {
    name: 'what-failed-goes-behind-what-waits',
    breaks: 'P2',
    file: OUTBOUND,
    find: 'hold.items = [...items, ...hold.items];',
    replace: 'hold.items = [...hold.items, ...items];',
    caughtBy: IN_ORDER,
  },
  {
    name: 'what-waited-goes-behind-what-is-new',
    breaks: 'P2',
    file: OUTBOUND,
    find: 'this.#ready = [...back, ...this.#ready];',
    replace: 'this.#ready = [...this.#ready, ...back];',
    caughtBy: IN_ORDER,
  },
  {
    name: 'a-hold-ends-before-what-failed-is-sent-again',
    breaks: 'P2',
    file: OUTBOUND,
    find: '    for (const hold of this.#holds.all().filter(({ due }) => due <= now)) {\n',
    replace:
      '    for (const hold of this.#holds.all()) if (hold.due > now && !hold.handsBack) { this.#ready.push(...hold.items); this.#holds.remove(hold); }\n    for (const hold of this.#holds.all().filter(({ due }) => due <= now)) {\n',
    caughtBy: IN_ORDER,
  },
  {
    name: 'a-hold-that-handed-back-ends-before-its-messages-are-read-again',
    breaks: 'P2',
    file: OUTBOUND,
    find: '    hold.over = true;\n',
    replace: '    hold.over = true;\n    hold.handsBack = false;\n',
    caughtBy: IN_ORDER,
  },
  {
    name: 'one-refusal-stops-everything',
    breaks: 'P4',
    file: OUTBOUND,
    find: "const brokersAway = done.length === 0 && failed.some(({ kind }) => kind === 'brokers');",
    replace: 'const brokersAway = failed.length > 0;',
    caughtBy: { file: SPEC, test: 'a refused message stops its key alone' },
  },
  {
    name: 'what-waits-stays-in-memory',
    breaks: 'P7',
    file: OUTBOUND,
    find: '    this.#trim();\n',
    replace: '',
    caughtBy: {
      file: SPEC,
      test: 'many suspended topics, each with more than a batch, take no more memory than they may',
    },
  },
  {
    name: 'a-batch-vanishes-when-the-publisher-throws',
    breaks: 'P1',
    file: 'src/relay/sending/sending.ts',
    find: "results = batch.map(() => ({ ok: false, kind: 'brokers', mayBeWritten: true, error }));",
    replace: 'throw error;',
    caughtBy: {
      file: 'src/relay/sending/sending.int.test.ts',
      within: 'sending on kafkajs',
      test: 'what fails between taking a batch and its answer loses nothing',
    },
  },
  {
    name: 'what-follows-a-failed-message-is-sent',
    breaks: 'P2',
    file: 'src/publisher/publish-narrowing.ts',
    find: '    failedKeys.add(entry.message);\n',
    replace: '',
    caughtBy: {
      file: 'src/publisher/publish-narrowing.spec.ts',
      test: 'answers each message rightly: written, refused itself, after a refused one of its key',
    },
  },
  {
    name: 'another-partitioner',
    breaks: 'P2',
    file: 'src/publisher/murmur2.ts',
    find: 'return murmur2(key) & 0x7fffffff;',
    replace: 'return Math.abs(murmur2(key));',
    caughtBy: {
      file: 'src/publisher/murmur2.spec.ts',
      test: 'places every key where the Java-compatible partitioners of both clients do',
    },
  },
  {
    name: 'partitions-by-the-length-of-the-key',
    breaks: 'P2',
    file: 'src/platformatic/produce/delivery.ts',
    find: 'partitionOf(message.key, topic.places.length)',
    replace: '(message.key.length + 0 * partitionOf(message.key, 1)) % topic.places.length',
    caughtBy: {
      file: 'src/publisher/publisher.int.test.ts',
      within: 'the publisher on platformatic',
      test: 'writes bytes, headers and keys untouched, in order, where the Java client would',
    },
  },
  {
    name: 'a-sequence-is-used-twice',
    breaks: 'P1',
    file: 'src/platformatic/produce/session/session.ts',
    find: '    this.#identity?.written(place, entries.length);\n',
    replace: '',
    caughtBy: { file: BATCHES, test: 'are in the log under one producer id, with sequences that count on' },
  },
  {
    name: 'a-producer-id-outlives-a-failure',
    breaks: 'P1',
    file: 'src/platformatic/produce/batch-publisher.ts',
    find: "    else if (outcomes.has('refused')) session.renewIdentity();\n",
    replace: '',
    caughtBy: {
      file: BATCHES,
      test: 'a refused message does not use up a sequence, and the next call has a new producer',
    },
  },
  {
    name: 'a-refused-partition-counts-as-written',
    breaks: 'P1',
    file: 'src/platformatic/produce/batch-publisher.ts',
    find: 'if (answer?.code === 0) {',
    replace: 'if (answer !== undefined) {',
    caughtBy: {
      file: BATCHES,
      test: 'a refused message does not use up a sequence, and the next call has a new producer',
    },
  },
  {
    name: 'what-follows-a-refused-message-is-sent',
    breaks: 'P2',
    file: 'src/platformatic/produce/delivery.ts',
    find: '      this.#failedKeys.add(message);\n',
    replace: '',
    caughtBy: {
      file: 'src/platformatic/produce/delivery.spec.ts',
      test: 'answers each message rightly, writes each once, and keeps the order of keys',
    },
  },
  {
    name: 'a-throttling-broker-is-spoken-to',
    breaks: 'P1',
    file: 'src/platformatic/produce/session/session.ts',
    find: '    this.#throttle.asked(leader.nodeId, throttleMs);\n',
    replace: '',
    caughtBy: { file: BATCHES, test: 'a client over its quota keeps silent as long as the broker asks' },
  },
];
