import type { FailpointSubject } from '../../testing/failpoints.ts';
import { subjectOf } from '../../testing/subject-of.ts';
import type { PlacedEvent } from '../message/calls.ts';
import type { HandledMessage } from '../message/route.ts';
import { parkBehind } from '../parking/park.ts';
import type { ParkingStatements } from '../parking/parking.sql.ts';
import { type Batch, type ClaimDependencies, claimBatch } from './claim.ts';
import type { Work } from './run-work.ts';
import { failedAsTooOld } from './too-old.ts';

export interface BatchDependencies extends ClaimDependencies {
  readonly parking: ParkingStatements;
}

/** A batch as work: it claims position and inbox, parks what has to be parked, and handles the rest of what is new. */
export function batchWork(dependencies: BatchDependencies, batch: Batch): Work {
  const { partition, messages, condemned } = batch;
  return {
    partition,
    about: () => messages.flatMap((routed) => (routed.kind === 'handle' ? [subjectOfHandled(routed)] : [])),
    async begin(client) {
      const events = messages.flatMap((message, place) =>
        message.kind === 'handle' && condemned === null ? [{ place, message }] : [],
      );
      const envelopes = events.map(({ message }) => message.envelope);
      const claim = await claimBatch(client, dependencies, batch, envelopes);
      if (!claim.moved) {
        return { kind: 'ended', outcome: { kind: 'moved', position: claim.position } };
      }
      const { parking, groupId } = dependencies;
      const { parked, free, fresh, stale, refused } =
        claim.parked || condemned !== null
          ? await parkBehind(client, parking, groupId, batch, claim.inboxFrom)
          : { parked: 0, free: events, fresh: claim.fresh, stale: claim.stale, refused: null };
      if (refused !== null) {
        return { kind: 'ended', outcome: { kind: 'failed', ...refused } };
      }
      const [tooOld] = pick(free, stale);
      if (tooOld !== undefined) {
        return { kind: 'ended', outcome: failedAsTooOld(tooOld, claim.inboxFrom) };
      }
      return {
        kind: 'handle',
        events: pick(free, fresh),
        outcome: {
          kind: 'committed',
          handled: fresh.length,
          done: free,
          duplicates: free.length - fresh.length,
          parked,
        },
      };
    },
  };
}

const subjectOfHandled = ({ envelope: { type }, message: { key, value } }: HandledMessage): FailpointSubject =>
  subjectOf({ type, key: key?.toString('utf8') ?? '', payload: value });

const pick = (events: readonly PlacedEvent[], fresh: readonly number[]): PlacedEvent[] =>
  fresh.flatMap((index) => events[index] ?? []);
