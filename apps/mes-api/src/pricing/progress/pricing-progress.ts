import { PricingProgressed } from '@bezel/contracts';
import type { Outbox } from '@bezel/outbox';
import { log, transactionTime } from '@bezel/service';
import type { Kysely } from 'kysely';
import type { MesDatabase } from '../../database/mes-database.ts';
import { PERCENT_AT, type Phase } from '../analysis/phase.ts';

/**
 * Tells the customer of one order how far its pricing is, by the event PricingProgressed. What was told is not told again.
 * Progress that cannot be told stops nothing.
 */
export class PricingProgress {
  readonly #outbox: Outbox;
  readonly #db: Kysely<MesDatabase>;
  readonly #orderId: string;
  #told: Phase | undefined;
  #telling: Promise<void> | undefined;

  constructor(outbox: Outbox, db: Kysely<MesDatabase>, orderId: string) {
    this.#outbox = outbox;
    this.#db = db;
    this.#orderId = orderId;
  }

  /** Begins to tell a phase, unless it was told, or the one before is still being written. */
  tell(phase: Phase): void {
    if (phase === this.#told || this.#telling !== undefined) return;
    this.#telling = this.#write(phase).finally(() => {
      this.#telling = undefined;
    });
  }

  /** Resolves when nothing is being written any more. */
  async end(): Promise<void> {
    await this.#telling;
  }

  async #write(phase: Phase): Promise<void> {
    try {
      await this.#db.transaction().execute(async (trx) => {
        const at = (await transactionTime(trx)).toISOString();
        const progress = { orderId: this.#orderId, phase, percent: PERCENT_AT[phase], at };
        // An attempt thought dead may tell at the same time: the key's lock keeps both in order.
        await this.#outbox.write(trx, PricingProgressed, progress, { serializeKey: true });
      });
      this.#told = phase;
    } catch (error) {
      log.warn({ err: error, 'event.action': 'progress-not-told' }, 'the progress of a pricing could not be told');
    }
  }
}
