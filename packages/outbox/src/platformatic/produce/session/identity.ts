import { nameOf, type Place } from '../topics.ts';
import type { ProducerStamp } from '../wire/record-batch.ts';

/** Sequences count to the largest 32-bit number and begin anew at 0. */
const LARGEST_SEQUENCE = 0x7fffffff;

type PartitionName = Pick<Place, 'topic' | 'partition'>;

/** A producer id, and how far each partition has come under it. A sequence is used up only by what is written. */
export class Identity {
  readonly #id: bigint;
  readonly #epoch: number;
  readonly #sequences = new Map<string, number>();

  constructor(id: bigint, epoch: number) {
    this.#id = id;
    this.#epoch = epoch;
  }

  /** For the next batch of a partition. */
  stamp(place: PartitionName): ProducerStamp {
    return { id: this.#id, epoch: this.#epoch, sequence: this.#sequences.get(nameOf(place)) ?? 0 };
  }

  /** The batch that had the stamp is written. */
  written(place: PartitionName, messages: number): void {
    const { sequence } = this.stamp(place);
    this.#sequences.set(nameOf(place), (sequence + messages) & LARGEST_SEQUENCE);
  }
}
