import { Inject } from '@nestjs/common';

export const DEFAULT_NAME = 'default';

/**
 * The token of an outbox's writer, for `app.get` and for factories.
 *
 * @example
 * const token = outboxToken('billing');
 */
export const outboxToken = (name: string = DEFAULT_NAME): symbol => Symbol.for(`@bezel/outbox writer ${name}`);

/**
 * The token of the relay, the consumer and the retention of an outbox: `OutboxParts`.
 *
 * @example
 * const token = outboxPartsToken();
 */
export const outboxPartsToken = (name: string = DEFAULT_NAME): symbol => Symbol.for(`@bezel/outbox parts ${name}`);

/**
 * Injects the writer of an outbox.
 *
 * @example
 * class Orders {
 *   constructor(@InjectOutbox() readonly outbox: Outbox) {}
 * }
 */
export const InjectOutbox = (name?: string): PropertyDecorator & ParameterDecorator => Inject(outboxToken(name));

/**
 * Injects what an outbox runs, to look at its status.
 *
 * @example
 * class Dashboard {
 *   constructor(@InjectOutboxParts('billing') readonly parts: OutboxParts) {}
 *
 *   lag() {
 *     return this.parts.consumer?.status().partitions.map(({ lag }) => lag);
 *   }
 * }
 */
export const InjectOutboxParts = (name?: string): PropertyDecorator & ParameterDecorator =>
  Inject(outboxPartsToken(name));
