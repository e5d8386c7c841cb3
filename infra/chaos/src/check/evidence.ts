/** What the checker has in its hands: rows as the databases have them, and what clients were told. */
export interface Evidence {
  readonly shop: {
    readonly orders: readonly { id: string; status: string; seq: number; file: string }[];
    readonly history: readonly {
      orderId: string;
      seq: number;
      from: string | null;
      to: string;
      causedBy: string | null;
      at: number;
    }[];
    readonly facts: readonly { orderId: string; kind: string; messageId: string }[];
    readonly refused: readonly { orderId: string; messageId: string }[];
    readonly messages: readonly Written[];
  };
  readonly mes: {
    readonly workOrders: readonly { id: string; orderId: string; status: string }[];
    readonly reservations: readonly { orderId: string; state: string }[];
    readonly followed: readonly { orderId: string; status: string; seq: number }[];
    readonly messages: readonly Written[];
    /** Of all orders, not this run's alone: what is booked, and what follows from every reservation. */
    readonly stock: readonly {
      metal: string;
      reserved: string;
      reservedByRows: string;
      used: string;
      usedByRows: string;
    }[];
  };
  readonly crm: {
    readonly orders: readonly { orderId: string; status: string; seq: number }[];
    readonly moves: readonly { position: number; orderId: string; seq: number; to: string; messageId: string }[];
    readonly delays: readonly { orderId: string; messageId: string }[];
    readonly customerMessages: readonly { orderId: string; id: string }[];
  };
  /** What people outside the databases saw. */
  readonly people: {
    /** Each submission, and every order that was ever answered to it with 201. */
    readonly submissions: readonly { file: string; orderIds: readonly string[] }[];
    readonly acknowledged: readonly { orderId: string; what: 'accept' | 'cancel' | 'deliver' }[];
    /** Statuses an order was seen in by its customer, one after the other. */
    readonly sightings: ReadonlyMap<string, readonly string[]>;
    /** What the doors say at the end: order id to what each answers. */
    readonly doors: ReadonlyMap<string, { shop: string; crm: string }>;
    /** Files of orders whose customer has left: their offer may stay open. */
    readonly abandoned: ReadonlySet<string>;
    /** Answers no client should have got. */
    readonly complaints: readonly { order: string; what: string }[];
  };
  /** Fault machinery published messages of these topics in the wrong order: what arrived in which order proves nothing. */
  readonly reordered: boolean;
  /** How many messages were written since the run began, and how many came to a topic; empty where faults make copies. */
  readonly messages: readonly { topic: string; written: number; told: number }[];
}

/** A row of an outbox. */
export interface Written {
  readonly id: string;
  readonly orderId: string;
  readonly type: string;
  readonly shard: number;
  readonly seq: number;
  /** The order's own number of the move it tells of, where it tells of one. */
  readonly move: number | null;
}
