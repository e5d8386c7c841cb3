export { TemporalCallRefusedError, TemporalNotPreparedError, TemporalUnavailableError } from './errors.ts';
export {
  createOrderClient,
  type FactDelivery,
  type OrderClient,
  type OrderClientOptions,
  type StartResult,
} from './order-client.ts';
export { orderConnection } from './order-connection.ts';
