/** From one moment to another, in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What the checker has in its hands: rows as the databases have them, what topics carry, and what people were told. */
export interface Evidence {
  readonly shop: {
    readonly orders: readonly OrderRow[];
    readonly history: readonly Move[];
    readonly facts: readonly { orderId: string; kind: string; messageId: string }[];
    /** With the number of the move after which each was refused, and when (milliseconds since 1970). */
    readonly refused: readonly { orderId: string; messageId: string; afterSeq: number; at: number }[];
    readonly messages: readonly Written[];
    /** What had to be repaired, by whomever. */
    readonly repairs: readonly { orderId: string; kind: string }[];
  };
  readonly mes: {
    readonly workOrders: readonly { id: string; orderId: string; status: string; claimed: boolean }[];
    readonly reservations: readonly { orderId: string; state: string }[];
    readonly followed: readonly { orderId: string; status: string; seq: number }[];
    readonly messages: readonly Written[];
    /** Of all orders, not this run's alone: what is booked, and what follows from every reservation. */
    readonly stock: readonly Stock[];
  };
  readonly crm: {
    readonly orders: readonly { orderId: string; status: string; seq: number }[];
    /** In the order in which sales heard of them. */
    readonly moves: readonly { orderId: string; seq: number; to: string; messageId: string }[];
    readonly delays: readonly { orderId: string; messageId: string }[];
    readonly customerMessages: readonly { orderId: string; id: string }[];
  };
  /** What the apps' relays told the topics. */
  readonly told: readonly Told[];
  readonly people: People;
  /** What the doors say at the end: order id to what each answers. */
  readonly doors: ReadonlyMap<string, { readonly shop: string; readonly crm: string }>;
  /** Orders of which fault machinery published messages the wrong way round: who heard what first proves nothing of them. */
  readonly reordered: ReadonlySet<string>;
  /** No fault came: nothing has a reason to be told twice. */
  readonly undisturbed: boolean;
  /** When faults were felt: each from its injection until the system was seen to move again. */
  readonly disturbed: readonly Span[];
  /** What a stage may take, in milliseconds; null: nobody promised anything. */
  readonly stageMs: number | null;
}

/** What people outside the databases did and saw. */
export interface People {
  /** Each submission, and every order that was ever answered to it with 201. */
  readonly submissions: readonly { file: string; orderIds: readonly string[] }[];
  /** What was asked for, answered or not. */
  readonly asked: readonly { orderId: string; what: 'accept' | 'cancel' | 'deliver' }[];
  readonly acknowledged: readonly { orderId: string; what: 'accept' | 'cancel' | 'deliver' }[];
  /** Steps of which an operator was told that they are done, and by that operator. */
  readonly stepsTaken: readonly { workOrderId: string; orderId: string; step: string; by: string }[];
  /** Statuses an order was seen in by its customer, one after the other. */
  readonly sightings: ReadonlyMap<string, readonly string[]>;
  /** The same, as sales saw it. */
  readonly salesSightings: ReadonlyMap<string, readonly string[]>;
  /** Files of orders that cannot be made: only these may be rejected. */
  readonly unmakeable: ReadonlySet<string>;
  /** Answers no client should have got. */
  readonly complaints: readonly { order: string; what: string }[];
}

export interface OrderRow {
  readonly id: string;
  readonly status: string;
  readonly seq: number;
  readonly file: string;
  /** Until when its price could be accepted, in milliseconds since 1970; null: it never had one. */
  readonly offerUntil: number | null;
}

export interface Move {
  readonly orderId: string;
  readonly seq: number;
  readonly from: string | null;
  readonly to: string;
  readonly causedBy: string | null;
  readonly at: number;
}

/** A row of an outbox. */
export interface Written {
  readonly id: string;
  readonly orderId: string;
  readonly type: string;
  readonly topic: string;
  readonly shard: number;
  readonly seq: number;
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** The order's own number of the move it tells of, or after which it tells of a delay. */
  readonly move: number | null;
  /** What it says of the time: late or predicted. Null: nothing. */
  readonly delay: string | null;
}

/** A message as a topic has it. */
export interface Told {
  readonly id: string;
  readonly orderId: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface Stock {
  readonly metal: string;
  readonly reserved: string;
  readonly reservedByRows: string;
  readonly used: string;
  readonly usedByRows: string;
}
