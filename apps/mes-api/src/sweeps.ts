import { expiredAnswers, type Sweep } from '@bezel/service';
import type { Kysely } from 'kysely';
import type { ROLES } from './config.ts';
import type { MesDatabase } from './database/mes-database.ts';
import { waitingForMetal } from './material/waiting-for-metal.ts';
import { abandonedAnalyses } from './pricing/analysis/abandoned-analyses.ts';

/**
 * What each role of the MES sweeps. The register is compared with these, and the sweepers that a process of each role reports
 * (`sweeps.e2e.test.ts`) with the register.
 */
export const MES_SWEEPS = {
  pricing: (db: Kysely<MesDatabase>): readonly Sweep[] => [abandonedAnalyses(db)],
  relay: (db: Kysely<MesDatabase>): readonly Sweep[] => [expiredAnswers(db), waitingForMetal(db)],
} satisfies Partial<Record<(typeof ROLES)[number], (db: Kysely<MesDatabase>) => readonly Sweep[]>>;
