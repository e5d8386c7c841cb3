import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import type { App } from '../account/hops.ts';
import { type SourceName, SourceUnavailableError } from '../sources/connection.ts';
import { PartitionUnavailableError } from '../sources/topics/topics.ts';
import { ViewUnavailableError } from '../sources/views/views.ts';

/** Why something could not be done: a source is away, the door at which repairs are asked for is, or it is the reconciler itself. */
export type TroubleSource = SourceName | 'door' | 'reconciler';
export const TROUBLE_SOURCES = [
  'shop',
  'mes',
  'crm',
  'kafka',
  'temporal',
  'door',
  'reconciler',
] as const satisfies TroubleSource[];

/**
 * Which source an error is about.
 *
 * @param otherwise who is to blame for one that is about none
 */
export function sourceOf(error: unknown, otherwise: TroubleSource = 'reconciler'): TroubleSource {
  if (error instanceof SourceUnavailableError) return error.source;
  if (error instanceof ViewUnavailableError) return error.view.slice('ledger.'.length).split('_')[0] as App;
  if (error instanceof PartitionUnavailableError) return 'kafka';
  if (isGrpcServiceError(error) || error instanceof ServiceError) return 'temporal';
  return otherwise;
}
