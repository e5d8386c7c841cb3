/** Kafka topics, one per owning context; created by the stack with 12 partitions. */
export const TOPICS = {
  shopOrders: 'shop.orders',
  mesWorkOrders: 'mes.work-orders',
  crmPartners: 'crm.partners',
} as const;

/** Partitions of every topic. Order per key holds as long as this number stands. */
export const TOPIC_PARTITIONS = 12;
