export { DATABASE, InjectDatabase } from './inject-database.ts';
export { kyselyOver, type TransactionHandle } from './kysely-over.ts';
export { type MigrateOptions, migrateDatabase } from './migrate-database.ts';
export { MigrationConflictError } from './migrations.ts';
export { type Database, type DatabaseOptions, openDatabase } from './open-database.ts';
export { transactionTime } from './transaction-time.ts';
