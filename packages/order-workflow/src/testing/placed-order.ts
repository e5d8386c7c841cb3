import { randomUUID } from 'node:crypto';
import type { OrderStatus } from '@bezel/contracts';
import { waitFor } from '@bezel/local/testing';
import type { Client } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import type pg from 'pg';
import type { OrderClient } from '../client/index.ts';
import { type Fact, type FactKind, type OrderInput, workflowIdOf } from '../index.ts';
import type { OrderState } from '../lifecycle/index.ts';
import { factOf, MAKING } from './facts.ts';

/** What an order of a test stands on. */
export interface PlacedOn {
  readonly client: Client;
  readonly orders: OrderClient;
  readonly pool: pg.Pool;
}

const LEADS_TO = {
  'price-accepted': 'APPROVED',
  'manufacturing-started': 'IN_MANUFACTURING',
  'manufacturing-completed': 'MANUFACTURING_COMPLETED',
  packed: 'PACKED',
  shipped: 'SHIPPED',
  delivered: 'DELIVERED',
} as const satisfies Partial<Record<FactKind, OrderStatus>>;

/** One order as a test sees it: it tells facts, and reads what was committed. */
export class PlacedOrder {
  readonly input: OrderInput;
  readonly submissionId: string = randomUUID();
  readonly #system: PlacedOn;
  readonly #told = new Set<FactKind>();

  constructor(system: PlacedOn, input: OrderInput) {
    this.#system = system;
    this.input = input;
  }

  get id(): string {
    return this.input.orderId;
  }

  get handle() {
    return this.#system.client.workflow.getHandle(workflowIdOf(this.id));
  }

  /** Tells a fact and answers its message id. */
  async tell(kind: FactKind, more: Partial<Fact> = {}): Promise<string> {
    const fact = factOf(kind, more);
    const told = await this.#system.orders.signalFact(this.id, fact);
    if (!told.delivered) throw new Error(`${kind} was not delivered: ${told.why}`);
    this.#told.add(kind);
    return fact.messageId;
  }

  /** Tells all that leads to a status and was not told yet, one fact after the other. */
  async leadTo(status: OrderStatus): Promise<void> {
    const line = ['price-accepted', ...MAKING, 'delivered'] as const;
    const last = line.findIndex((kind) => LEADS_TO[kind] === status);
    for (const kind of line.slice(0, last + 1)) {
      if (this.#told.has(kind)) continue;
      await (kind === 'price-accepted' ? this.accept() : this.tell(kind));
    }
    await this.reaches(status);
  }

  /** Accepts the offer that was made. */
  async accept(): Promise<string> {
    return this.tell('price-accepted', { offerId: await this.offerId() });
  }

  async offerId(): Promise<string> {
    await this.reaches('PRICED');
    const { rows } = await this.#system.pool.query<{ offer: { offerId: string } }>(
      `SELECT offer FROM moves WHERE order_id = $1 AND "to" = 'PRICED'`,
      [this.id],
    );
    return rows[0]?.offer.offerId ?? '';
  }

  /** Waits until the order has been in a status. */
  async reaches(status: string): Promise<void> {
    await waitFor(`order ${this.id} to reach ${status}`, async () => (await this.statuses()).includes(status), {
      deadlineMs: 45_000,
    });
  }

  /** What the workflow answers when asked, once it says this status: it hears of a move after the database has it. */
  async stateAt(status: OrderStatus): Promise<OrderState> {
    const says = async (): Promise<OrderState | null> => {
      const state = await this.#system.orders.state(this.id);
      return state?.status === status ? state : null;
    };
    return waitFor(`the workflow of order ${this.id} to say ${status}`, says, { deadlineMs: 45_000 });
  }

  /** Every status the order moved to, in the order of `seq`. */
  async statuses(): Promise<string[]> {
    const moves = await this.moves();
    return moves.map((move) => move.to);
  }

  async moves(): Promise<
    {
      seq: number;
      from: string;
      to: string;
      caused_by: string | null;
      reason: string | null;
      trace_id: string | null;
    }[]
  > {
    const { rows } = await this.#system.pool.query('SELECT * FROM moves WHERE order_id = $1 ORDER BY seq', [this.id]);
    return rows;
  }

  async refusals(): Promise<{ message_id: string; kind: string; status: string; reason: string }[]> {
    const { rows } = await this.#system.pool.query('SELECT * FROM refusals WHERE order_id = $1', [this.id]);
    return rows;
  }

  /** What was told of delays, in the order of the stages. */
  async delays(): Promise<{ seq: number; kind: string; status: string }[]> {
    const { rows } = await this.#system.pool.query(
      'SELECT seq, kind, status FROM delays WHERE order_id = $1 ORDER BY seq, kind DESC',
      [this.id],
    );
    return rows;
  }

  async workOrder(): Promise<{ status: string; mass_mg: number; reason: string | null } | undefined> {
    const { rows } = await this.#system.pool.query('SELECT * FROM work_orders WHERE order_id = $1', [this.id]);
    return rows[0];
  }

  /** The MES ships, and the fact of it is still on its way. */
  async shipUnheard(): Promise<void> {
    await waitFor(`the work order of ${this.id}`, async () => {
      const shipped = `UPDATE work_orders SET status = 'shipped' WHERE order_id = $1`;
      return (await this.#system.pool.query(shipped, [this.id])).rowCount === 1;
    });
  }

  /** The histories of all runs of the workflow, oldest first. */
  async histories(): Promise<History[]> {
    const { raw } = await this.handle.describe();
    const all: History[] = [];
    let runId = raw.workflowExecutionInfo?.firstRunId;
    while (runId) {
      const history = await this.#system.client.workflow.getHandle(workflowIdOf(this.id), runId).fetchHistory();
      all.push(history);
      runId = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
    }
    return all;
  }

  /** Keeps an activity of this order waiting until the gate is opened. To be closed before the activity can begin. */
  async closeGate(activity: string): Promise<void> {
    await this.#system.pool.query('INSERT INTO closed_gates VALUES ($1, $2)', [this.id, activity]);
  }

  async openGate(activity: string): Promise<void> {
    await this.#system.pool.query('DELETE FROM closed_gates WHERE order_id = $1 AND activity = $2', [
      this.id,
      activity,
    ]);
  }

  /** Waits until an attempt of a gated activity stands at its gate, or has ended as said. */
  async attempt(activity: string, ended: 'passed' | 'cancelled' | null = null): Promise<void> {
    await waitFor(`an attempt of "${activity}"`, async () => {
      const { rowCount } = await this.#system.pool.query(
        'SELECT 1 FROM attempts WHERE order_id = $1 AND activity = $2 AND ended IS NOT DISTINCT FROM $3',
        [this.id, activity, ended],
      );
      return rowCount !== 0;
    });
  }
}
