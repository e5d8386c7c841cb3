import { expiredAnswers, type Sweep } from '@bezel/service';
import type { Kysely } from 'kysely';
import type { ROLES } from './config.ts';
import type { ShopDatabase } from './database/shop-database.ts';
import { unusedModels } from './models/unused-models.ts';
import { orderSweeps } from './repair/sweeps/order-sweeps.ts';

/**
 * What each role of the shop sweeps. The register is compared with these, and the sweepers that a process of each role reports
 * (`sweeps.e2e.test.ts`) with the register.
 */
export const SHOP_SWEEPS = {
  consumer: orderSweeps,
  relay: (db: Kysely<ShopDatabase>): readonly Sweep[] => [expiredAnswers(db), unusedModels(db)],
} satisfies Partial<Record<(typeof ROLES)[number], (needs: never) => readonly Sweep[]>>;
