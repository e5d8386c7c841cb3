/** Ways to get the same records to Kafka from Node. */
export const CONTENDERS = {
  kafkajs: { inFlight: 1, what: 'raw kafkajs' },
  platformatic: { inFlight: 1, what: 'raw @platformatic/kafka' },
  own: { inFlight: 1, what: 'own batches' },
  'own-5': { inFlight: 5, what: 'own batches, 5 in flight' },
  'worker-5': { inFlight: 5, what: 'own batches, socket in a worker, 5 in flight' },
  native: { inFlight: 1, what: 'librdkafka (kafka-crab-js)' },
} as const;

export type Contender = keyof typeof CONTENDERS;
