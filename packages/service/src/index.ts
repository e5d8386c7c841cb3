export { configOrExit } from './config/config-or-exit.ts';
export {
  ConfigInvalidError,
  env,
  kafkaEnv,
  readEnv,
  serviceConfig,
  serviceEnv,
  temporalEnv,
} from './config/read-config.ts';
export {
  type Database,
  type DatabaseOptions,
  InjectDatabase,
  kyselyOver,
  type MigrateOptions,
  MigrationConflictError,
  migrateDatabase,
  openDatabase,
  type TransactionHandle,
  transactionTime,
} from './database/index.ts';
export { failpoint, SERVICE_FAILPOINTS } from './failpoints/index.ts';
export { Consumes, createHttpApp, type HttpAppOptions, OrderId } from './http/index.ts';
export { type Answer, expiredAnswers, Idempotency, type IdempotencyOptions } from './idempotency/index.ts';
export {
  Caller,
  type CallerIdentity,
  found,
  type IdentityOptions,
  Public,
  type RoleName,
  Roles,
  withinTenant,
} from './identity/index.ts';
export { decodeCursor, encodeCursor, pageOf, pageQuery } from './paging/cursor.ts';
export { type InputError, inputErrors, invalidRequest, ProblemError, type ProblemOptions } from './problems/index.ts';
export {
  dataOf,
  logRepair,
  type ProjectedAgain,
  type PublishedAgain,
  publishAgain,
  redriveOrder,
  type WrittenAt,
  wasTaken,
} from './repairing/index.ts';
export { type HttpRoleOptions, httpRole } from './roles/http-role.ts';
export { type KafkaClient, type KafkaOptions, kafkaClient } from './roles/kafka-client.ts';
export { logProblem } from './roles/log-problem.ts';
export { measureActivities } from './roles/measure-activities.ts';
export { migrateRole } from './roles/migrate-role.ts';
export { type OutboxRoleOptions, outboxRole } from './roles/outbox-role.ts';
export { RELAY_PACE } from './roles/relay-pace.ts';
export { type ConnectedWorker, type WorkerRoleOptions, workerRole } from './roles/worker-role.ts';
export { type Role, type ServiceConfig, type ServiceOptions, startService } from './service/index.ts';
export { exclusively, SWEEP_METRICS, type Sweep, type Swept, startSweeps, sweepingRole } from './sweeping/index.ts';
export { concernsOrder, inSpan, log, withOrder } from './telemetry/index.ts';
