import { type MigrateOptions, migrateDatabase } from '../database/index.ts';
import type { Role } from '../service/index.ts';

/** The role that brings the database up to date and is done. */
export function migrateRole(options: MigrateOptions): Role {
  return {
    once: true,
    start: () => migrateDatabase(options),
    stop: async () => {},
    health: async () => {},
  };
}
