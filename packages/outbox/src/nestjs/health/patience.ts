/** How long something may be wrong before it counts, in milliseconds. */
export interface Patience {
  /**
   * For trouble with Kafka or Postgres, or a topic that is refused. Default 30,000: a broker that restarts, or a database
   * that fails over, is no reason to take a process out. Until a part was first seen without trouble it has no patience.
   */
  readonly troubleMs: number;
  /**
   * For work that waits and does not move. Default 120,000: longer than the default retries of a message that fails, so
   * that a message that is going to be parked is no reason either.
   */
  readonly standstillMs: number;
}

export const DEFAULT_PATIENCE: Patience = { troubleMs: 30_000, standstillMs: 120_000 };

/** Something that is not as it should be right now. */
export interface Symptom {
  /** `fault`: nothing mends it by itself, so it counts at once. */
  readonly kind: 'fault' | 'trouble' | 'standstill';
  /** What is the same from one look to the next as long as it is the same symptom. */
  readonly id: string;
  readonly message: string;
  /** Since when, if it is known, in milliseconds of the clock of `now`. Else since it was first looked at. */
  readonly since?: number;
}

/** Remembers symptoms from look to look, and says which one has lasted too long. */
export class Watch {
  readonly #patience: Patience;
  #since = new Map<string, number>();
  #worked = false;

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  /** The first of these symptoms that makes its owner unhealthy; a symptom that is missing once is over. */
  look(symptoms: readonly Symptom[], now: number): Symptom | undefined {
    this.#since = new Map(symptoms.map(({ id, since }) => [id, Math.min(since ?? now, this.#since.get(id) ?? now)]));
    this.#worked ||= symptoms.every(({ kind }) => kind === 'standstill');
    return symptoms.find(({ kind, id }) => now - (this.#since.get(id) ?? now) >= this.#limit(kind));
  }

  #limit(kind: Symptom['kind']): number {
    const { troubleMs, standstillMs } = this.#patience;
    const ofTrouble = this.#worked ? troubleMs : 0;
    return { fault: 0, trouble: ofTrouble, standstill: standstillMs }[kind];
  }
}
