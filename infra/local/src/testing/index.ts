export type { Link } from '../network/link.ts';
export { ORDER_SEARCH_ATTRIBUTES } from '../servers/temporal/search-attributes.ts';
export { linkTo } from './link-to.ts';
export { type NetworkPath, networkPath } from './network-path.ts';
export { FROM_SOURCES } from './programs/from-sources.ts';
export { runInSteps, type SteppedProcess } from './programs/run-in-steps.ts';
export { type EndedCommand, runJsonCommand } from './programs/run-json-command.ts';
export { type RunningStart, runStart } from './programs/running-start.ts';
export { type StackState, temporaryStackState } from './programs/stack-state.ts';
export { cloneDatabase, createDatabase, type TestDatabase } from './servers/databases.ts';
export { createIdentity, type TestIdentity } from './servers/identity.ts';
export { installedKafka, type KafkaPrograms, startKafka, type TestKafka } from './servers/kafka.ts';
export { createNamespace } from './servers/namespace.ts';
export {
  freePort,
  installedPostgres,
  type OlderPostgres,
  obtainPostgres,
  serverUser,
  startPostgres,
  type TestPostgres,
} from './servers/postgres.ts';
export { type TestServers, testServers } from './servers/servers.ts';
export { createTopic } from './servers/topics.ts';
export { type SweeperSeen, sweepersRunBy } from './sweepers-run-by.ts';
export { waitFor } from './wait-for.ts';
