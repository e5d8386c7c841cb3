import type { Sweeper } from '../lifecycle/index.ts';

/** The apps with a database of their own. */
export type OwningApp = 'shop' | 'mes' | 'crm';

/** What runs a sweeper: a role of an app. */
export interface RunsIn {
  readonly app: OwningApp;
  readonly role: string;
}

/**
 * How it is known that a sweeper works. `sweep`: it is a periodic job of `@bezel/service`, which reports when it last ran and
 * how long the oldest row has waited. `outbox`: a part of `@bezel/outbox`, which has metrics of its own.
 */
export type Watched =
  | {
      readonly as: 'sweep';
      /** How often it looks. */
      readonly everyMs: number;
      /** What has waited longer is news: the alert `SweeperBehind`. */
      readonly ageLimitMs: number;
    }
  | { readonly as: 'outbox'; readonly ageLimitMs: number; readonly alerts: readonly [string, ...string[]] };

/** Somebody who looks for what was forgotten. */
export interface SweeperDescription {
  /** What it looks for, as the pages say it. */
  readonly looksFor: string;
  /** What it does about it. */
  readonly does: string;
  readonly runsIn: readonly [RunsIn, ...RunsIn[]];
  readonly watched: Watched;
}

/** The sweepers of the stages, and those of everything else that can wait. */
export type SweeperName =
  | Sweeper
  | 'asked-repairs'
  | 'unused-models'
  | 'expired-answers'
  | 'abandoned-analyses'
  | 'reservations'
  | 'relay'
  | 'consumers'
  | 'retention';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const EACH: readonly OwningApp[] = ['shop', 'mes', 'crm'];
const inEach = (role: string): readonly [RunsIn, ...RunsIn[]] =>
  EACH.map((app) => ({ app, role })) as unknown as readonly [RunsIn, ...RunsIn[]];

/**
 * Every sweeper there is: the roles of the apps run them, the alerts are written from them (`alerts/sweeper-alerts.ts`), and
 * `tables.ts` says which rows each of them owns.
 */
export const SWEEPERS: Readonly<Record<SweeperName, SweeperDescription>> = {
  'unstarted-orders': {
    looksFor: 'submitted orders that have no workflow',
    does: 'starts the workflow from the order as it stands in the database',
    runsIn: [{ app: 'shop', role: 'consumer' }],
    watched: { as: 'sweep', everyMs: 30 * SECOND, ageLimitMs: 10 * MINUTE },
  },
  'stuck-workflows': {
    looksFor: 'orders whose workflow is missing, has ended early, or has not acted on a fact that was recorded',
    does: 'starts the workflow again where the order stands, tells it the fact again, and plays again what was parked meanwhile; a fact of an order that has ended is refused',
    runsIn: [{ app: 'shop', role: 'consumer' }],
    watched: { as: 'sweep', everyMs: 30 * SECOND, ageLimitMs: 15 * MINUTE },
  },
  'unexpired-offers': {
    looksFor: 'offers past their end that were neither accepted nor ended',
    does: 'starts the workflow again where it is missing; it ends the offer at once',
    runsIn: [{ app: 'shop', role: 'consumer' }],
    watched: { as: 'sweep', everyMs: 30 * SECOND, ageLimitMs: 10 * MINUTE },
  },
  'asked-repairs': {
    looksFor: 'repairs of orders that somebody asked for',
    does: 'carries them out, and writes into the order’s history what came of it',
    runsIn: [{ app: 'shop', role: 'consumer' }],
    watched: { as: 'sweep', everyMs: 5 * SECOND, ageLimitMs: 10 * MINUTE },
  },
  'unused-models': {
    looksFor: 'models that were uploaded 30 days ago and never ordered',
    does: 'deletes them',
    runsIn: [{ app: 'shop', role: 'relay' }],
    watched: { as: 'sweep', everyMs: HOUR, ageLimitMs: 2 * DAY },
  },
  'expired-answers': {
    looksFor: 'answers to requests with an Idempotency-Key, older than keys last',
    does: 'deletes them',
    runsIn: inEach('relay'),
    watched: { as: 'sweep', everyMs: 10 * MINUTE, ageLimitMs: DAY },
  },
  'abandoned-analyses': {
    looksFor: 'measurings of a model that nobody ended for an hour: their process died, and no order asked again',
    does: 'ends them, so that the next order of the model finds it free',
    runsIn: [{ app: 'mes', role: 'pricing' }],
    watched: { as: 'sweep', everyMs: 10 * MINUTE, ageLimitMs: 3 * HOUR },
  },
  reservations: {
    looksFor: 'work orders that wait for metal, and metal reserved for work orders that have ended',
    does: 'says since when; metal has to be bought, and each delivery and each withdrawal is shared out at once',
    runsIn: [{ app: 'mes', role: 'relay' }],
    watched: { as: 'sweep', everyMs: MINUTE, ageLimitMs: DAY },
  },
  relay: {
    looksFor:
      'messages that are written and not published, shards that nobody publishes, and parked keys asked for again',
    does: 'publishes them, again and again until Kafka has taken them; what Kafka refuses for good is parked and waits for an operator',
    runsIn: inEach('relay'),
    watched: { as: 'outbox', ageLimitMs: MINUTE, alerts: ['OutboxBehind', 'OutboxUnpublished', 'OutboxKeyParked'] },
  },
  consumers: {
    looksFor: 'messages on the topics that were not acted on, and parked ones asked for again',
    does: 'acts on them, once; what keeps failing is parked with its key and waits for an operator',
    runsIn: inEach('consumer'),
    watched: {
      as: 'outbox',
      ageLimitMs: 5 * MINUTE,
      alerts: ['ConsumerAbsent', 'ConsumerStandsStill', 'ConsumerBehind', 'ConsumerKeyParked'],
    },
  },
  retention: {
    looksFor: 'messages that are published, and ids of messages no consumer can meet again',
    does: 'removes them, a day at a time',
    runsIn: inEach('relay'),
    watched: { as: 'outbox', ageLimitMs: 4 * DAY, alerts: ['RetentionStandsStill'] },
  },
};

/** A sweeper that is a periodic job. */
export type SweepName = {
  [Name in SweeperName]: Name extends 'relay' | 'consumers' | 'retention' ? never : Name;
}[SweeperName];

/** How often a periodic job looks, in ms. */
export function sweepEveryMs(name: SweepName): number {
  const { watched } = SWEEPERS[name];
  if (watched.as !== 'sweep') throw new TypeError(`${name} is no periodic job`);
  return watched.everyMs;
}
