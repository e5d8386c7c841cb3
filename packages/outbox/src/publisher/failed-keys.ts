import type { OutgoingMessage, PublishFailure } from './publisher.ts';

/** The keys of which a message failed in one call of `publish`: what follows of them must not be written. */
export class FailedKeys {
  readonly #names = new Set<string>();

  add(message: OutgoingMessage): void {
    this.#names.add(nameOf(message));
  }

  has(message: OutgoingMessage): boolean {
    // The usual case, and thousands of names a second that need not be made.
    return this.#names.size > 0 && this.#names.has(nameOf(message));
  }
}

/** The answer for a message that was held back because of its key. */
export function heldBack(mayBeWritten: boolean): PublishFailure {
  const error = new Error('not sent: an earlier message of its key was not written');
  return { ok: false, kind: 'predecessor', mayBeWritten, error };
}

const nameOf = ({ topic, key }: OutgoingMessage): string => `${topic}\0${key.toString('latin1')}`;
