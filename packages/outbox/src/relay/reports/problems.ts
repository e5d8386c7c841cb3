import { asError, textOf } from '../../errors/as-error.ts';
import type { Sent } from '../sending/sending.ts';
import type { RelayProblem, RelayStatus } from '../status.ts';
import { Troubles, type With } from './trouble.ts';

/** What goes wrong, and for how long: tells whoever asked to be told, and remembers what is not over. */
export class Problems {
  readonly #onError: ((problem: RelayProblem) => void) | undefined;
  readonly #troubles = new Troubles((problem) => this.tell(problem));

  constructor(onError: ((problem: RelayProblem) => void) | undefined) {
    this.#onError = onError;
  }

  get trouble(): RelayStatus['trouble'] {
    return this.#troubles.latest;
  }

  troubledBy(kind: With): boolean {
    return this.#troubles.has(kind);
  }

  tell(problem: RelayProblem): void {
    try {
      this.#onError?.(problem);
    } catch (error) {
      // A reporter that throws must not stop what it reports on.
      process.emitWarning(error instanceof Error ? error : textOf(error));
    }
  }

  databaseFailed(cause: unknown): void {
    this.#troubles.begin('database', asError(cause));
  }

  databaseAnswered(): void {
    this.#troubles.end('database');
  }

  /** What the brokers said to one send. */
  answered({ batch, results, parked }: Sent): void {
    for (const { topic, key, error } of parked) {
      this.tell({ kind: 'parked', error, topic, key });
    }
    if (results.some(({ ok }) => ok)) {
      this.#troubles.end('kafka');
    }
    const topics = new Set<string>();
    for (const [n, { topic, key, message }] of batch.entries()) {
      const result = results[n];
      if (result === undefined || result.ok || result.kind === 'predecessor') continue;
      const { kind, error } = result;
      if (kind === 'brokers') {
        this.#troubles.begin('kafka', error);
      } else if (kind === 'topic') {
        if (!topics.has(topic)) this.tell({ kind: 'topic', error, topic });
        topics.add(topic);
      } else {
        this.tell({ kind: 'message', error, topic, key, id: message.id });
      }
    }
  }
}
