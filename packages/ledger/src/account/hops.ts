/**
 * The hops of an order: every place that keeps, carries or acts on something about it. A finding names one of them.
 * All but `client`, the two topics and `workflow` are views of the apps (docs/views.md).
 */
export const HOPS = [
  /** What a client was told: the door answered 201. */
  'client',
  'shop.order',
  'shop.history',
  /** The delays the order was told to have. */
  'shop.delay',
  /** The repairs that were carried out of it. */
  'shop.repair',
  'shop.outbox',
  'shop.topic',
  'shop.inbox',
  /** How far its cancellation is, as the shop was told. */
  'shop.cancellation',
  'workflow',
  'mes.work-order',
  'mes.outbox',
  'mes.topic',
  'mes.inbox',
  /** What the board shows beside the work order: the order's last move. */
  'mes.board',
  /** The status that the board has marked as late. */
  'mes.late-mark',
  'crm.inbox',
  'crm.projection',
  /** The delays that the CRM shows, and whether the customer was told. */
  'crm.delay',
  /** The order as sales sees it. */
  'crm.order',
] as const;

export type Hop = (typeof HOPS)[number];

/** The hops that are views, by the app whose database has them. */
export const VIEW_HOPS = {
  shop: ['shop.order', 'shop.history', 'shop.delay', 'shop.repair', 'shop.outbox', 'shop.inbox', 'shop.cancellation'],
  mes: ['mes.work-order', 'mes.outbox', 'mes.inbox', 'mes.board', 'mes.late-mark'],
  crm: ['crm.inbox', 'crm.projection', 'crm.delay', 'crm.order'],
} as const satisfies Record<string, readonly Hop[]>;

export type App = keyof typeof VIEW_HOPS;
/** Every app, in the order in which orders come to them. */
export const APPS = ['shop', 'mes', 'crm'] as const satisfies readonly App[];
/** Whoever hears of an order last is read first: what was told in between is then at who told it. */
export const READ_IN_TURN = ['crm', 'mes', 'shop'] as const satisfies readonly App[];
export type ViewHop = (typeof VIEW_HOPS)[App][number];
export type OutboxHop = Extract<Hop, `${string}.outbox`>;
export type InboxHop = Extract<Hop, `${string}.inbox`>;
export type TopicHop = Extract<Hop, `${string}.topic`>;

export const isInbox = (hop: Hop): hop is InboxHop => hop.endsWith('.inbox');

/** The topic hop an outbox feeds. */
export const TOPIC_OF: Readonly<Record<OutboxHop, TopicHop>> = {
  'shop.outbox': 'shop.topic',
  'mes.outbox': 'mes.topic',
};
/** The outbox that feeds a topic hop. */
export const OUTBOX_OF: Readonly<Record<TopicHop, OutboxHop>> = {
  'shop.topic': 'shop.outbox',
  'mes.topic': 'mes.outbox',
};

/** The view of a hop: `mes.work-order` is `ledger.mes_work_order`. */
export const viewOf = (hop: ViewHop): string => `ledger.${hop.replace(/[.-]/g, '_')}`;
