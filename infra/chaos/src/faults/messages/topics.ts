/** The topics that have messages of orders, and whose outbox writes them. */
export const TOPICS = { shop: 'shop.orders', mes: 'mes.work-orders' } as const;
export type Writer = keyof typeof TOPICS;

export const WRITERS = Object.keys(TOPICS) as readonly Writer[];

export const writerOf = (topic: string): Writer => (topic === TOPICS.shop ? 'shop' : 'mes');
