/** One fault, from its cause until the system moved again. */
export interface Feeling {
  /** False as soon as another was felt at the same time. */
  alone: boolean;
}

/** Which faults are felt at the moment. Those that are felt together say nothing of either kind. */
export class Felt {
  readonly #now = new Set<Feeling>();

  begin(): Feeling {
    const feeling = { alone: this.#now.size === 0 };
    for (const other of this.#now) other.alone = false;
    this.#now.add(feeling);
    return feeling;
  }

  end(feeling: Feeling): void {
    this.#now.delete(feeling);
  }
}
