import { declareFailpoints, failpointsArmed, hitFailpoint } from '@bezel/outbox/testing';
import { concernedOrder } from '../telemetry/index.ts';

/** Where every service can be broken on purpose beside its outbox (@bezel/outbox/testing), to prove what a death there does. */
export const SERVICE_FAILPOINTS = declareFailpoints({
  /** A door's effect and its answer stand in a transaction that is still open. */
  doorAnswering: 'door.answering',
  /** They are committed; nobody has been answered. */
  doorCommitted: 'door.committed',
  /** An activity was handed to this worker, which has done nothing yet. */
  activityBegun: 'activity.begun',
  /** It has done its work or failed; Temporal has not heard. */
  activityEnded: 'activity.ended',
});

/**
 * Runs a failpoint of a service. It is about the order that the running piece of work concerns.
 *
 * @example await failpoint(SERVICE_FAILPOINTS.doorCommitted, { type: 'POST /v1/orders' });
 */
export async function failpoint(name: string, { type, data }: FailpointWork): Promise<void> {
  if (!failpointsArmed()) return;
  await hitFailpoint(name, () => [{ type, key: concernedOrder() ?? '', data }]);
}

/** What it stands in: an event, an activity, a door. */
export interface FailpointWork {
  readonly type: string;
  readonly data?: unknown;
}
