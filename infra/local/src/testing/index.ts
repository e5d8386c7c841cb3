export type { Link } from '../network/link.ts';
export { ORDER_SEARCH_ATTRIBUTES } from '../servers/search-attributes.ts';
export { cloneDatabase, createDatabase, type TestDatabase } from './databases.ts';
export { FROM_SOURCES } from './from-sources.ts';
export { createIdentity, type TestIdentity } from './identity.ts';
export { installedKafka, type KafkaPrograms, startKafka, type TestKafka } from './kafka.ts';
export { linkTo } from './link-to.ts';
export { createNamespace } from './namespace.ts';
export { type NetworkPath, networkPath } from './network-path.ts';
export {
  freePort,
  installedPostgres,
  type OlderPostgres,
  obtainPostgres,
  serverUser,
  startPostgres,
  type TestPostgres,
} from './postgres.ts';
export { runInSteps, type SteppedProcess } from './run-in-steps.ts';
export { type EndedCommand, runJsonCommand } from './run-json-command.ts';
export { type RunningStart, runStart } from './running-start.ts';
export { type TestServers, testServers } from './servers.ts';
export { type StackState, temporaryStackState } from './stack-state.ts';
export { type SweeperSeen, sweepersRunBy } from './sweepers-run-by.ts';
export { createTopic } from './topics.ts';
export { waitFor } from './wait-for.ts';
