import { DoorShutError, randomOf, signInAs, type Tally } from '@bezel/demo/clients';
import type { StackWithoutApps } from '@bezel/local/bench';
import { CustomerClient } from './customer-client.ts';
import type { Door } from './door.ts';

export interface AskDoorsOptions {
  readonly stack: Pick<StackWithoutApps, 'context' | 'clients' | 'units'>;
  /** Where the order of a file was placed; undefined: nobody placed it, and the shop is asked. */
  readonly placedAt: (file: string) => Door | undefined;
  readonly tally: Tally;
  readonly signal: AbortSignal;
}

/** How long a door may stay shut before the checker takes that for its answer. */
const ASK_MS = 30_000;
const SHUT = 'nothing: it is shut';

/** How the checker asks doors: as whoever ordered, and at the CRM as somebody who sees the orders of every tenant. */
export function askDoors({ stack, placedAt, tally, signal }: AskDoorsOptions) {
  const identity = () => ({ ...stack.context.identity, clients: stack.clients });
  const tokens = {
    ...{ shop: signInAs(identity, 'customer'), partner: signInAs(identity, 'partner') },
    crm: signInAs(identity, 'admin'), // sales see the orders of their own tenant, and partners have others
  };
  const shut = new Set<Door | 'crm'>();
  return async (where: 'shop' | 'crm', orderId: string, file = ''): Promise<string> => {
    const door = where === 'shop' ? (placedAt(file) ?? where) : where;
    if (shut.has(door)) return SHUT;
    const client = new CustomerClient({
      urls: () => stack.units().flatMap(({ urls }) => urls?.[door] ?? []),
      authorization: tokens[door],
      random: randomOf('checker', door, orderId),
      ...{ tally, sightings: new Map(), accepts: () => true },
      signal: AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]),
    });
    try {
      const { status, body } = await client.send({ method: 'GET', path: `/v1/orders/${orderId}` });
      return status === 200 ? String(body.status) : `${status} ${body?.code ?? ''}`;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof DoorShutError)) throw error;
      shut.add(door); // the other orders are not asked for one by one
      return SHUT;
    }
  };
}
