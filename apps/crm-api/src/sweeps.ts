import { expiredAnswers, type Sweep } from '@bezel/service';
import type { Kysely } from 'kysely';
import type { ROLES } from './config.ts';
import type { CrmDatabase } from './database/crm-database.ts';

/**
 * What each role of the CRM sweeps. The register is compared with these, and the sweepers that a process of each role reports
 * (`sweeps.e2e.test.ts`) with the register.
 */
export const CRM_SWEEPS = {
  relay: (db: Kysely<CrmDatabase>): readonly Sweep[] => [expiredAnswers(db)],
} satisfies Partial<Record<(typeof ROLES)[number], (db: Kysely<CrmDatabase>) => readonly Sweep[]>>;
