export { defineEvent, type EventData, type EventDefinition } from './event/index.ts';
export { uuidv7 } from './id/uuidv7.ts';
export { type MigrateOptions, type MigrateResult, migrate, migrationSql } from './migrate/migrate.ts';
