import type { RelayProblem, RelayStatus } from '../status.ts';

export type With = NonNullable<RelayStatus['trouble']>['with'];

/** The latest trouble with Kafka and with Postgres, each until it is over; the caller is told of each change once. */
export class Troubles {
  readonly #current = new Map<With, { readonly message: string; readonly since: string }>();
  readonly #tell: (problem: RelayProblem) => void;

  constructor(tell: (problem: RelayProblem) => void) {
    this.#tell = tell;
  }

  get latest(): RelayStatus['trouble'] {
    const [last] = [...this.#current].toReversed();
    return last === undefined ? null : { with: last[0], ...last[1] };
  }

  has(kind: With): boolean {
    return this.#current.has(kind);
  }

  begin(kind: With, error: Error): void {
    const before = this.#current.get(kind);
    if (before?.message === error.message) {
      return;
    }
    this.#current.set(kind, { message: error.message, since: before?.since ?? new Date().toISOString() });
    this.#tell({ kind, error });
  }

  end(kind: With): void {
    this.#current.delete(kind);
  }
}
