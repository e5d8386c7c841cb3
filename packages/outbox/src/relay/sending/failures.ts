import type { FailureKind, PublishResult } from '../../publisher/publisher.ts';

/** A message between its read and its acknowledgement. `lane` is whoever read it; a lane that is lost takes it along. */
export interface Outgoing {
  readonly lane: { readonly alive: boolean };
  readonly topic: string;
  readonly key: string;
  readonly bytes: number;
}

export interface Failure<Item> {
  readonly item: Item;
  /** What concerns a message's predecessor concerns the message. */
  readonly kind: Exclude<FailureKind, 'predecessor'>;
  readonly error: Error;
}

/** What failed of a batch, in order. What a lost lane brought concerns nobody. */
export function failuresOf<Item extends Outgoing>(
  batch: readonly Item[],
  results: readonly PublishResult[],
): Failure<Item>[] {
  const kinds = new Map<string, Failure<Item>['kind']>();
  return batch.flatMap((item, n) => {
    const result = results[n];
    if (result === undefined || result.ok || !item.lane.alive) {
      return [];
    }
    const name = nameOf(item);
    const own = result.kind === 'predecessor' ? 'message' : result.kind;
    const kind = kinds.get(name) ?? own;
    kinds.set(name, kind);
    return [{ item, kind, error: result.error }];
  });
}

/** A name for a topic and key together. */
export const nameOf = ({ topic, key }: Pick<Outgoing, 'topic' | 'key'>): string => `${topic}\0${key}`;
