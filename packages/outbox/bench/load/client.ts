/** The Kafka clients a relay can publish with. */
export const CLIENTS = ['kafkajs', 'platformatic'] as const;
export type Client = (typeof CLIENTS)[number];
