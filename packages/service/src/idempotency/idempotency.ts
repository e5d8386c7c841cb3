import type { Outbox } from '@bezel/outbox';
import { InjectOutbox } from '@bezel/outbox/nestjs';
import { Inject, Injectable, Optional } from '@nestjs/common';
import type { Request } from 'express';
import type { Kysely, Transaction } from 'kysely';
import { DATABASE } from '../database/index.ts';
import { failpoint, SERVICE_FAILPOINTS } from '../failpoints/index.ts';
import { ProblemError } from '../problems/index.ts';
import { readKey, requestHash } from './idempotency-key.ts';
import { claimKey, deleteExpired, type KeyScope, readAnswer, storeAnswer } from './statements.ts';

/** What a door answers: a success. An error is thrown, and leaves no trace. */
export interface Answer<Body = unknown> {
  /** 200–299. */
  readonly status: number;
  readonly body?: Body;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How one door uses keys. */
export interface IdempotencyOptions {
  /** Refuse requests without a key; false unless told. */
  readonly required?: boolean;
  /** What makes two requests the same, when `request.body` does not hold it (an uploaded file: its digest). */
  readonly fingerprint?: unknown;
  /** Who asks, on a door without a token. */
  readonly caller?: { readonly tenant: string; readonly sub: string };
}

/** Hours for which a key replays its answer. */
export const KEY_LIFETIME_HOURS = 72;

/**
 * Doors that may be knocked at twice. `run` opens the transaction of the request's effect and stores the answer in it,
 * so that effect and answer exist both or not at all. A repeat of the key with the same request replays status, body
 * and headers (with `Idempotency-Replayed: true`); with another request it is 409 `idempotency_key_reused`. A request
 * that failed had no effect and its key is free again. Keys belong to tenant, caller, method and route.
 */
@Injectable()
// biome-ignore lint/suspicious/noExplicitAny: the schema is the app's; Kysely's transaction is invariant in it.
export class Idempotency<Schema = any> {
  private readonly db: Kysely<Schema>;
  private readonly outbox: Pick<Outbox, 'nudge'> | undefined;

  constructor(@Inject(DATABASE) db: Kysely<Schema>, @Optional() @InjectOutbox() outbox?: Pick<Outbox, 'nudge'>) {
    this.db = db;
    this.outbox = outbox;
  }

  /**
   * Runs `work` in a transaction, once per key, and sets the response's status and headers. Where the app has an outbox,
   * its relay is nudged after the commit: an idle one need not wait for its next look.
   *
   * @returns the body to send
   * @example return this.idempotency.run(request, async (trx) => ({ status: 201, body: await submit(trx, body) }));
   */
  async run<Body>(
    request: Request,
    work: (trx: Transaction<Schema>) => Promise<Answer<Body>>,
    options: IdempotencyOptions = {},
  ): Promise<Body | undefined> {
    const key = readKey(request.headers['idempotency-key'], options.required ?? false);
    const door = { type: `${request.method} ${request.route?.path}` };
    const answer = await this.db.transaction().execute(async (trx) => {
      if (key === undefined) {
        const answered = await work(trx);
        await failpoint(SERVICE_FAILPOINTS.doorAnswering, door);
        return answered;
      }
      const { tenant, sub } = options.caller ?? callerOf(request);
      const scope: KeyScope = { tenant, caller: sub, method: request.method, route: String(request.route?.path), key };
      const hash = requestHash(request.originalUrl, options.fingerprint ?? request.body);
      const claimed = await claimKey(scope, hash).execute(trx);
      if (claimed.rows.length === 0) {
        return (await this.replay(trx, scope, hash)) as Answer<Body>;
      }
      const fresh = await work(trx);
      await storeAnswer(scope, { headers: {}, ...fresh, body: fresh.body }).execute(trx);
      await failpoint(SERVICE_FAILPOINTS.doorAnswering, door);
      return fresh;
    });
    await failpoint(SERVICE_FAILPOINTS.doorCommitted, door);
    this.outbox?.nudge().catch(() => {}); // nothing depends on it
    request.res?.status(answer.status).set(answer.headers ?? {});
    return answer.body;
  }

  /** Deletes answers older than {@link KEY_LIFETIME_HOURS}; returns how many. Any process may call it at any time. */
  async sweep(): Promise<number> {
    for (let swept = 0; ; ) {
      const { numAffectedRows } = await deleteExpired(KEY_LIFETIME_HOURS).execute(this.db);
      swept += Number(numAffectedRows ?? 0);
      if (!numAffectedRows) {
        return swept;
      }
    }
  }

  private async replay(trx: Transaction<Schema>, scope: KeyScope, hash: Buffer): Promise<Answer> {
    const stored = (await readAnswer(scope).execute(trx)).rows[0];
    if (stored === undefined) {
      // Swept between the two statements: the key is older than its lifetime.
      const detail = `Idempotency-Key ${scope.key} has just expired; use a new key`;
      throw new ProblemError({ status: 409, code: 'idempotency_key_reused', detail });
    }
    if (!stored.requestHash.equals(hash)) {
      const detail = `Idempotency-Key ${scope.key} was used with another request; use a new key for a new request`;
      throw new ProblemError({ status: 409, code: 'idempotency_key_reused', detail });
    }
    const { status, headers, body } = stored;
    return { status, body: body ?? undefined, headers: { ...headers, 'idempotency-replayed': 'true' } };
  }
}

function callerOf(request: Request): { tenant: string; sub: string } {
  if (request.caller === undefined) {
    throw new Error('Idempotency.run on a public route: say who the caller is in its options');
  }
  return request.caller;
}
