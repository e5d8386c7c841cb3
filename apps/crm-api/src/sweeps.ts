import { expiredAnswers, type Sweep } from '@bezel/service';
import type { Kysely } from 'kysely';
import type { ROLES } from './config.ts';
import type { CrmDatabase } from './database/crm-database.ts';

/** What each role of the CRM sweeps: roles start these and no others, and the register is compared with them. */
export const CRM_SWEEPS = {
  relay: (db: Kysely<CrmDatabase>): readonly Sweep[] => [expiredAnswers(db)],
} satisfies Partial<Record<(typeof ROLES)[number], (db: Kysely<CrmDatabase>) => readonly Sweep[]>>;
