import { Inject } from '@nestjs/common';

/** Injection token of the service's Kysely. */
export const DATABASE: unique symbol = Symbol('bezel.database');

/** Injects the Kysely of the `database` given to `httpRole`. */
export const InjectDatabase = (): ParameterDecorator => Inject(DATABASE) as ParameterDecorator;
