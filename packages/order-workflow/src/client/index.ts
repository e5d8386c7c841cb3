export { TemporalCallRefusedError, TemporalNotPreparedError, TemporalUnavailableError } from './errors.ts';
export {
  createOrderClient,
  type FactDelivery,
  type OrderClient,
  type OrderClientOptions,
  type StartResult,
  type WorkflowPresence,
} from './order-client.ts';
export { orderConnection } from './order-connection.ts';
