import type { Mutant } from '../mutant.ts';

const CLOSED = { file: 'src/nestjs/running/shutdown.int.test.ts', within: 'an application that is closed' };
const STARTING = { file: 'src/nestjs/running/starting.int.test.ts', within: 'an application does not start' };
const PATIENCE = { file: 'src/nestjs/health/patience.spec.ts', within: 'patience' };

/** An application of Nest: which method handles what, what runs when, and what its health says. */
export const NESTJS: readonly Mutant[] = [
  {
    name: 'an-event-has-two-handlers',
    breaks: 'P5',
    file: 'src/nestjs/handlers/discover.ts',
    find: 'if (other !== undefined)',
    replace: 'if (other === "")',
    caughtBy: {
      ...STARTING,
      test: 'when two methods handle one event: EVENT_HANDLER_DUPLICATE',
      title: 'when %s: %s',
    },
  },
  {
    name: 'a-handler-without-a-consumer-is-passed-over',
    breaks: 'P5',
    file: 'src/nestjs/running/outbox-parts.ts',
    find: 'consumer === undefined && handlers.length > 0',
    replace: 'consumer === undefined && handlers.length < 0',
    caughtBy: {
      ...STARTING,
      test: 'when its methods handle events and the module has no consumer: OUTBOX_PART_MISSING',
      title: 'when %s: %s',
    },
  },
  {
    name: 'a-handler-of-one-database-works-for-another',
    breaks: 'P5',
    file: 'src/nestjs/running/outboxes.ts',
    find: 'parts.handle(found.get(name) ?? [])',
    replace: 'parts.handle([...found.values()][0] ?? [])',
    caughtBy: {
      file: 'src/nestjs/outbox-module.int.test.ts',
      within: 'an application with OutboxModule, on kafkajs',
      test: 'with two databases keeps them apart: writers, relays and handlers',
    },
  },
  {
    name: 'an-application-that-cannot-start-goes-on-consuming',
    breaks: 'P5',
    file: 'src/nestjs/running/outboxes.ts',
    find: '      await this.stop();\n      throw error;',
    replace: '      throw error;',
    caughtBy: { ...STARTING, test: 'when a database was not migrated, and leaves nothing running' },
  },
  {
    name: 'events-are-not-handled-any-more-while-requests-are-taken',
    breaks: 'P1',
    file: 'src/nestjs/outbox-module.ts',
    find: '  onApplicationShutdown: () => outboxes.stop(),',
    replace: '  onApplicationShutdown: () => {}, ...{ beforeApplicationShutdown: () => outboxes.stop() },',
    caughtBy: { ...CLOSED, test: 'takes no request any more, then consumes no more' },
  },
  {
    name: 'relays-stop-before-consumers',
    breaks: 'P1',
    file: 'src/nestjs/running/outboxes.ts',
    find: 'this.#started.map(({ consumer }) => consumer?.stop())',
    replace: 'this.#started.flatMap(({ consumer, relay }) => [relay?.stop(), consumer?.stop()])',
    caughtBy: { ...CLOSED, test: 'stops all consumers of all outboxes before any relay' },
  },
  {
    name: 'trouble-that-passes-is-bad-health',
    breaks: 'P1',
    file: 'src/nestjs/health/patience.ts',
    find: 'this.#worked ? troubleMs : 0',
    replace: '0',
    caughtBy: { ...PATIENCE, test: 'is at an end when trouble has lasted, and begins anew when it was over' },
  },
  {
    name: 'trouble-that-lasts-is-good-health',
    breaks: 'P1',
    file: 'src/nestjs/health/patience.ts',
    find: 'Math.min(since ?? now, this.#since.get(id) ?? now)',
    replace: 'now',
    caughtBy: {
      file: 'src/nestjs/health/health.int.test.ts',
      within: 'the health of a relay',
      test: 'is down when Kafka stays away, not when it is briefly away, and up when it is back',
    },
  },
  {
    name: 'a-relay-that-does-not-move-is-in-good-health',
    breaks: 'P1',
    file: 'src/nestjs/health/relay-symptoms.ts',
    find: 'lag > 0 || lagSeconds > UNREAD_SECONDS',
    replace: 'lagSeconds > UNREAD_SECONDS && lag > lagSeconds * 1e9',
    caughtBy: {
      file: 'src/nestjs/health/health.int.test.ts',
      within: 'the health of a relay',
      test: 'is down when messages wait and none leaves, though nobody reports trouble',
    },
  },
  {
    name: 'a-partition-that-stands-still-is-in-good-health',
    breaks: 'P4',
    file: 'src/nestjs/health/consumer-symptoms.ts',
    find: "state === 'flowing' && (lag ?? 0) === 0",
    replace: "state !== 'opening'",
    caughtBy: {
      file: 'src/nestjs/health/health.int.test.ts',
      within: 'the health of a consumer',
      test: 'is down when a partition stands still at a message, and up when it goes on',
    },
  },
];
