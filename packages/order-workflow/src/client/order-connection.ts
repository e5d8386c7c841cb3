import { Connection, type ConnectionOptions } from '@temporalio/client';

/** gRPC waits ever longer before it connects again, by default up to two minutes: a server that is back was waited for that long. */
const LONGEST_WAIT_MS = 2_000;

/**
 * A connection for clients of orders: made when it is first used, so that a process starts while Temporal is away, and
 * made again within some seconds after Temporal is back, however long it was away.
 *
 * @example
 * const orders = createOrderClient({ client: new Client({ connection: orderConnection({ address }), namespace }) });
 */
export const orderConnection = (options: ConnectionOptions): Connection =>
  Connection.lazy({
    ...options,
    channelArgs: { 'grpc.max_reconnect_backoff_ms': LONGEST_WAIT_MS, ...options.channelArgs },
  });
