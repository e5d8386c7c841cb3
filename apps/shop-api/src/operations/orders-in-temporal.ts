import { type OperationsOrder, ORDER_STATUSES } from '@bezel/contracts';
import { orderIdOf, SEARCH_ATTRIBUTES } from '@bezel/order-workflow';
import { orderConnection } from '@bezel/order-workflow/client';
import { ProblemError } from '@bezel/service';
import {
  type Connection,
  defaultGrpcRetryOptions,
  isGrpcServiceError,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import { decodeTypedSearchAttributes } from '@temporalio/common/lib/converter/payload-search-attributes.js';
import { z } from 'zod';
import { submittedAtOf } from './id-time.ts';
import type { OrderFilter } from './order-filter.ts';
import { visibilityQuery } from './visibility-query.ts';

const TIMEOUT_MS = 3_000;
/** gRPC: UNKNOWN, INVALID_ARGUMENT, INTERNAL. A position that Temporal did not make gets one of them, as does a fault of its own. */
const REFUSED = [2, 3, 13];
const UNAVAILABLE = 14;

/** A part of an answer; `next` is what Temporal goes on from, null when that was all. */
export interface VisibilityPage {
  readonly items: readonly OperationsOrder[];
  readonly next: Uint8Array | null;
}

/** Asks Temporal's visibility for orders. It connects when it is first asked. */
export class OrdersInTemporal {
  private readonly connection: Connection;

  constructor(private readonly server: { readonly address: string; readonly namespace: string }) {
    // Whoever asks waits: what failed for another reason than the way there is not tried again.
    const { delayFunction } = defaultGrpcRetryOptions();
    const retry = makeGrpcRetryInterceptor({ delayFunction, retryableDecider: (_, { code }) => code === UNAVAILABLE });
    this.connection = orderConnection({ address: server.address, interceptors: [retry] });
  }

  /**
   * Up to `limit` orders that fit, in Temporal's own order: open ones first, then by when they ended or started, newest
   * first. What has just happened is there a moment later; ended orders for as long as the namespace keeps them.
   *
   * @throws ProblemError 400 `invalid_cursor` for a position Temporal did not make, 503 `temporal_unavailable`
   */
  async list(filter: OrderFilter, limit: number, position: Uint8Array | null): Promise<VisibilityPage> {
    try {
      const { executions, nextPageToken } = await this.ask(filter, limit, position);
      const items = executions.map(({ execution, searchAttributes }) => {
        const shown = decodeTypedSearchAttributes(searchAttributes?.indexedFields);
        const id = orderIdOf(execution?.workflowId ?? '');
        return {
          id,
          tenant: shown.get(SEARCH_ATTRIBUTES.tenant) ?? '',
          status: z.enum(ORDER_STATUSES).parse(shown.get(SEARCH_ATTRIBUTES.status)),
          late: shown.get(SEARCH_ATTRIBUTES.late) ?? false,
          stageDeadline: shown.get(SEARCH_ATTRIBUTES.deadline)?.toISOString() ?? null,
          submittedAt: submittedAtOf(id).toISOString(),
        };
      });
      return { items, next: nextPageToken.length > 0 ? nextPageToken : null };
    } catch (error) {
      if (!isGrpcServiceError(error)) throw error;
      const refused = position !== null && REFUSED.includes(error.code);
      throw refused && (await this.answers(filter)) ? unknownPosition(error) : unavailable(error);
    }
  }

  private ask(filter: OrderFilter, limit: number, position: Uint8Array | null) {
    return this.connection.withDeadline(Date.now() + TIMEOUT_MS, () =>
      this.connection.workflowService.listWorkflowExecutions({
        namespace: this.server.namespace,
        pageSize: limit,
        query: visibilityQuery(filter),
        ...(position === null ? {} : { nextPageToken: position }),
      }),
    );
  }

  /** Whether Temporal answers the same question from its beginning: then it was the position that it refused. */
  private async answers(filter: OrderFilter): Promise<boolean> {
    try {
      await this.ask(filter, 1, null);
      return true;
    } catch {
      return false;
    }
  }

  /** Closes the connection. */
  end(): Promise<void> {
    return this.connection.close();
  }
}

const unknownPosition = (cause: Error): ProblemError =>
  new ProblemError({
    status: 400,
    code: 'invalid_cursor',
    detail: 'Temporal does not know this cursor; start again without it',
    cause,
  });

const unavailable = (cause: Error): ProblemError =>
  new ProblemError({
    status: 503,
    code: 'temporal_unavailable',
    detail: 'Temporal cannot be asked right now; source=database answers the same',
    headers: { 'retry-after': '2' },
    cause,
  });
