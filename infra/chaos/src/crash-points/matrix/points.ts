/** The roles of the system, each in a process of its own that bears its name. */
export const ROLES = [
  ...(['shop-api', 'shop-partner', 'shop-relay', 'shop-consumer', 'shop-worker'] as const),
  ...(['mes-api', 'mes-relay', 'mes-consumer', 'mes-worker', 'mes-pricing'] as const),
  ...(['crm-api', 'crm-relay', 'crm-consumer'] as const),
] as const;
export type Role = (typeof ROLES)[number];

const WRITER = ['writer.writing', 'writer.written'];
const DOOR = [...WRITER, 'door.answering', 'door.committed', 'writer.nudging', 'writer.nudged'];
const RELAY = ['relay.read', 'relay.publishing', 'relay.published', 'relay.checkpointing', 'relay.checkpointed'];
const CONSUMER = [
  ...['consumer.claiming', 'consumer.claimed', 'consumer.handled', 'consumer.committed', 'consumer.telling'],
  ...['consumer.parking', 'consumer.redriving'],
];
const WORKER = ['activity.begun', ...WRITER, 'activity.ended'];

/** The instants at which each role can be made to die. */
export const POINTS: Readonly<Record<Role, readonly string[]>> = {
  'shop-api': DOOR,
  'shop-partner': DOOR,
  'shop-relay': RELAY,
  // It also carries out repairs, and writes what other apps have to do.
  'shop-consumer': [...CONSUMER, 'orchestrator.workflow-started', 'orchestrator.fact-told', ...WRITER],
  'shop-worker': WORKER,
  'mes-api': DOOR,
  'mes-relay': RELAY,
  'mes-consumer': CONSUMER,
  'mes-worker': [...WORKER, 'work-order.opening', 'work-order.withdrawing'],
  'mes-pricing': [...WORKER, 'analysis.begun', 'analysis.measured', 'analysis.remembered'],
  'crm-api': DOOR,
  'crm-relay': RELAY,
  'crm-consumer': CONSUMER,
};

/** Failpoints that are no instants to die at: the code around them does the wrong thing on purpose. */
export const WRONG_ON_PURPOSE = ['writer.commits-early', 'relay.skips-message', 'consumer.forgets-inbox'] as const;

/**
 * Where nothing says which message is meant, it is the next time after a point at which something does. The first point is
 * where the message is recognised.
 */
const RECOGNISED_AT: Readonly<Record<string, readonly string[]>> = {
  'writer.nudging': ['door.committed'],
  'writer.nudged': ['door.committed', 'writer.nudging'],
  'relay.checkpointing': ['relay.published'],
  'relay.checkpointed': ['relay.published', 'relay.checkpointing'],
  'consumer.telling': ['consumer.committed'],
  'consumer.parking': ['consumer.handled'],
  'consumer.redriving': ['consumer.committed'],
};

/** The points before one at which nothing says which message is meant; none where something does. */
export const recognisedAt = (role: Role, failpoint: string): readonly string[] =>
  // What the shop has parked it plays again by itself, when it tells the others to.
  role === 'shop-consumer' && failpoint === 'consumer.redriving'
    ? ['writer.written']
    : (RECOGNISED_AT[failpoint] ?? []);
