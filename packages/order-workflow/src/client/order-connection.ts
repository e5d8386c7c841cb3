import { InterceptingCall, type Interceptor, status } from '@grpc/grpc-js';
import {
  Connection,
  type ConnectionOptions,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';

/** gRPC waits ever longer before it connects again, by default up to two minutes: a server that is back was waited for that long. */
const LONGEST_WAIT_MS = 2_000;

/** What a call answers that is made on a closed connection. */
const CLOSED: ReturnType<Parameters<Interceptor>[1]> = {
  start(metadata, listener) {
    listener?.onReceiveStatus?.({ code: status.CANCELLED, details: 'the connection was closed', metadata });
  },
  sendMessage() {},
  sendMessageWithContext() {},
  startRead() {},
  halfClose() {},
  cancelWithStatus() {},
  getPeer: () => '',
  getAuthContext: () => null,
};

/**
 * A call that was waiting for its next try when the connection was closed. Without this the try throws in a timer, where nobody
 * can catch it, and ends the process in the midst of its other work.
 */
const cancelledOnceClosed: Interceptor = (options, nextCall) => {
  try {
    return new InterceptingCall(nextCall(options));
  } catch {
    return new InterceptingCall(CLOSED);
  }
};

/**
 * A connection for clients of orders: made when it is first used, so that a process starts while Temporal is away, and
 * made again within some seconds after Temporal is back, however long it was away. Closing it fails the calls that wait for their
 * next try.
 *
 * @example
 * const orders = createOrderClient({ client: new Client({ connection: orderConnection({ address }), namespace }) });
 */
export const orderConnection = (options: ConnectionOptions): Connection =>
  Connection.lazy({
    ...options,
    interceptors: [
      ...(options.interceptors ?? [makeGrpcRetryInterceptor(defaultGrpcRetryOptions())]),
      cancelledOnceClosed,
    ],
    channelArgs: { 'grpc.max_reconnect_backoff_ms': LONGEST_WAIT_MS, ...options.channelArgs },
  });
