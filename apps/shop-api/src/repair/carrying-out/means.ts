import type { OrderClient } from '@bezel/order-workflow/client';
import type { Database, Outbox } from '@bezel/outbox';
import type { Kysely } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';

/** What carrying out a repair came to. `later` leaves it asked, and so does `unanswered`: Temporal could not be asked. */
export type Outcome =
  | { readonly state: 'done' | 'needless' | 'refused'; readonly outcome: string }
  | { readonly state: 'later' | 'unanswered' };

/** What repairs need of Temporal. */
export type RepairWorkflows = Pick<OrderClient, 'restartOrder' | 'presenceOf' | 'signalFact'>;

/** By what repairs are carried out. */
export interface RepairOptions {
  readonly db: Kysely<ShopDatabase>;
  /** The same database, for work in transactions of its own. */
  readonly pool: Database;
  readonly workflows: RepairWorkflows;
  /** Writes what other apps are asked for. */
  readonly outbox: Outbox;
  /** A workflow that was ended is not followed by another one before that, in ms. Default: half a minute. */
  readonly settleMs?: number;
}

/** What a repair has at hand inside its transaction. */
export type Means = Required<Omit<RepairOptions, 'db'>>;

/** An activity's attempt may outlive its workflow by as much (`startToCloseTimeout`, and some): it could still move the order. */
export const SETTLE_MS = 30_000;
