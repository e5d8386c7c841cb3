import type { Mutant } from '../mutant.ts';

const KAFKAJS = { file: 'src/subscriber/subscriber.int.test.ts', within: 'the subscriber on kafkajs' };

/** Partitions that are read too late, too long, or not at all. */
export const SUBSCRIBING: readonly Mutant[] = [
  {
    name: 'a-marker-at-the-end-is-waited-for',
    breaks: 'P6',
    file: 'src/consumer/lane/lane.ts',
    find: 'const doneTo = buffered === 0 ? buffer.fetchedTo : position;',
    replace: 'const doneTo = position;',
    caughtBy: {
      file: 'src/consumer/consumer.int.test.ts',
      within: 'a consumer on kafkajs',
      test: 'stands at the end, and says so, when only the marker of a transaction is left to read',
    },
  },
  {
    name: 'kafkajs-keeps-markers-to-itself',
    breaks: 'P6',
    file: 'src/kafkajs/subscriber.ts',
    find: '    consumer.on(END_BATCH_PROCESS, ({ payload }) => passOver(payload));\n',
    replace: '',
    caughtBy: {
      ...KAFKAJS,
      test: 'says that it read to the end when all that is left there is what was aborted',
      title: 'says that it read to the end when all that is left there is %s',
    },
  },
  {
    name: 'a-topic-that-comes-is-not-looked-for',
    breaks: 'P1',
    file: 'src/subscriber/topics.ts',
    find: 'if (others || (leads()',
    replace: 'if ((leads()',
    caughtBy: {
      file: 'src/subscriber/topics.spec.ts',
      within: 'a change of topics',
      test: 'one that came is seen by whom it concerns',
      title: '%s is seen by whom it concerns',
    },
  },
  {
    name: 'partitions-that-were-added-are-not-looked-for',
    breaks: 'P1',
    file: 'src/subscriber/topics.ts',
    find: '(leads() && [...found].some(([topic, size]) => known.get(topic) !== size))',
    replace: 'false',
    caughtBy: {
      file: 'src/subscriber/subscriber.int.test.ts',
      within: 'the subscriber on platformatic',
      test: 'reads partitions that were added, in every member',
    },
  },
  {
    name: 'a-topic-that-is-missing-is-not-told',
    breaks: 'P1',
    file: 'src/consumer/assignment.ts',
    find: '    trouble: trouble ?? missing,\n',
    replace: '    trouble,\n',
    caughtBy: {
      file: 'src/consumer/outage.int.test.ts',
      within: 'an outage, on kafkajs',
      test: 'a topic that does not exist is trouble, and stops no other; it is handled when it comes',
    },
  },
  {
    name: 'a-partition-that-went-is-worked-on',
    breaks: 'P5',
    file: 'src/consumer/assignment.ts',
    find: "      part(name, 'the partition was given to another member of the group');\n",
    replace: '',
    caughtBy: {
      file: 'src/consumer/ownership.int.test.ts',
      within: 'who owns a partition, on kafkajs',
      test: 'a statement under way when its partition goes to another ends, and leaves no trace',
    },
  },
  {
    name: 'buffers-have-no-bound',
    breaks: 'P7',
    file: 'src/consumer/lane/buffer.ts',
    find: ' || bytes >= BYTES.high',
    replace: '',
    caughtBy: {
      file: 'src/consumer/stop.int.test.ts',
      within: 'how a consumer ends and endures, on kafkajs',
      test: 'memory stays bounded when the database is slower than Kafka, in several partitions at once',
    },
  },
  {
    name: 'a-partition-is-opened-after-stop',
    breaks: 'P5',
    file: 'src/consumer/opening.ts',
    find: 'if (signal.aborted || waiting.get(partitionName(entry)) !== entry) {',
    replace: 'if (waiting.get(partitionName(entry)) !== entry) {',
    caughtBy: {
      file: 'src/consumer/opening.spec.ts',
      test: 'nothing is opened when the consumer stops while it waits for the doubt',
      title: 'nothing is opened when the consumer stops while it waits for the %s',
    },
  },
];
