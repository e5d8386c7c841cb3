import { type Failure, nameOf, type Outgoing } from './failures.ts';

/** Counts by key how often in a row its first message was refused for its own sake. */
export class Refusals {
  readonly #atMost: number;
  readonly #byName = new Map<string, number>();

  constructor(atMost: number) {
    this.#atMost = atMost;
  }

  /** Takes in what became of a batch. Answers those that were refused too often, of keys that wait on their own. */
  count<Item extends Outgoing>(
    done: readonly Item[],
    failed: readonly Failure<Item>[],
    waits: (item: Item) => boolean,
  ): Failure<Item>[] {
    if (this.#byName.size > 0) {
      for (const item of done) this.#byName.delete(nameOf(item));
    }
    const tooOften: Failure<Item>[] = [];
    for (const [name, [failure]] of Map.groupBy(failed, ({ item }) => nameOf(item))) {
      if (failure?.kind !== 'message') continue;
      const refusals = (this.#byName.get(name) ?? 0) + 1;
      this.#byName.set(name, refusals);
      if (refusals >= this.#atMost && waits(failure.item)) {
        this.#byName.delete(name);
        tooOften.push(failure);
      }
    }
    return tooOften;
  }
}
