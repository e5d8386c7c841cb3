import { ORDER_STATUSES, TOPICS } from '@bezel/contracts';
import pg from 'pg';
import { type Fill, LIFE, MOVES, sqlIds } from './life.ts';

/** A database of an app and the rows it gets; in each statement `o` counts the orders. */
type Statements = readonly string[];

const steps = (wanted: (step: (typeof LIFE)[number], index: number) => boolean): string =>
  `(VALUES ${LIFE.flatMap((step, index) => {
    const cause = step.causedBy === undefined ? 'NULL' : String(step.causedBy);
    const move = MOVES.get(index);
    const to = move === 0 ? 'SUBMITTED' : step.to;
    return wanted(step, index)
      ? [
          `(${index}, '${step.type}', ${move ?? 'NULL::integer'}, ${to === undefined ? 'NULL' : `'${to}'`}, ${cause}::integer)`,
        ]
      : [];
  }).join(', ')}) AS step (k, type, seq, status, cause)`;

const ORDERS = 'generate_series($3::bigint, $3::bigint + $2::bigint - 1) AS o';
const SHA = `repeat('a', 64)`;
const told = new Set(['shop.order-status-changed', 'shop.order-delayed']);

const outbox = (app: 'shop' | 'mes', topic: string): string => `
  INSERT INTO outbox.message (slot, shard, seq, id, topic, key, type, source, payload, created_at)
  SELECT 0, o % 4, (o * 32 + k) / 4 * 4 + k % 4, ${sqlIds.message('k')}, '${topic}', ${sqlIds.order}::text, type, '/${app}', '{}', ${sqlIds.at('k')}
  FROM ${ORDERS}, ${steps((step) => step.app === app)}`;

const inbox = (group: string, wanted: (type: string) => boolean): string => `
  INSERT INTO outbox.inbox (group_id, slot, ce_time, id, handled_at)
  SELECT '${group}', outbox.inbox_slot(${sqlIds.at('k')}), ${sqlIds.at('k')}, ${sqlIds.message('k')}::text, ${sqlIds.at('k')}
  FROM ${ORDERS}, ${steps(({ type }) => wanted(type))}`;

const isFact = (type: string): boolean =>
  !told.has(type) && !['mes.work-order-opened', 'mes.work-order-claimed'].includes(type);

const SHOP: Statements = [
  `INSERT INTO model (sha256, bytes) SELECT ${SHA}, 84 WHERE $1::bigint + $2::bigint + $3::bigint > 0 ON CONFLICT DO NOTHING`,
  `INSERT INTO orders (id, number, tenant, customer_id, channel, model_sha256, model_file_name, model_bytes, metal, finish,
                       stones, status, seq, submitted_at, updated_at)
   SELECT ${sqlIds.order}, 'B-2026-' || lpad(o::text, 6, '0'), 'public', 'customer', 'shop', ${SHA}, 'ring.stl', 84,
          'gold-585', 'polished', 0, 'DELIVERED', 8, ${sqlIds.at('0')}, ${sqlIds.at(String(LIFE.length - 1))}
   FROM ${ORDERS}`,
  `INSERT INTO order_history (order_id, seq, from_status, to_status, caused_by, offer, at)
   SELECT ${sqlIds.order}, seq, before.status, step.status,
          CASE WHEN cause IS NOT NULL THEN ${sqlIds.message('cause')} END,
          CASE WHEN step.status = 'PRICED' THEN '{}'::json END, ${sqlIds.at('k')}
   FROM ${ORDERS}, ${steps((_, index) => MOVES.has(index))}
   LEFT JOIN unnest(ARRAY['${ORDER_STATUSES.slice(0, 9).join("','")}']) WITH ORDINALITY AS before (status, place) ON place = seq`,
  outbox('shop', TOPICS.shopOrders),
  inbox('shop.orchestrator', isFact),
];

const MES: Statements = [
  `INSERT INTO work_order (id, order_id, order_number, tenant, status, claimed_by, metal, finish, mass_mg, model_sha256,
                           model_file_name, model_bytes, opened_at, updated_at)
   SELECT ${sqlIds.message('6')}, ${sqlIds.order}, 'B-2026-' || lpad(o::text, 6, '0'), 'public', 'SHIPPED', 'goldsmith',
          'gold-585', 'polished', 5000, ${SHA}, 'ring.stl', 84, ${sqlIds.at('6')}, ${sqlIds.at('14')}
   FROM ${ORDERS}`,
  `INSERT INTO order_status (order_id, status, seq, changed_at)
   SELECT ${sqlIds.order}, 'DELIVERED', 8, ${sqlIds.at(String(LIFE.length - 1))} FROM ${ORDERS}`,
  outbox('mes', TOPICS.mesWorkOrders),
  inbox('mes.board', (type) => told.has(type)),
];

const CRM: Statements = [
  `INSERT INTO order_move (order_id, seq, from_status, to_status, message_id, at)
   SELECT ${sqlIds.order}, seq, NULL, status, ${sqlIds.message('k')}, ${sqlIds.at('k')}
   FROM ${ORDERS}, ${steps((_, index) => MOVES.has(index))}`,
  `INSERT INTO order_view (id, number, tenant, customer_id, channel, status, seq, model, metal, finish, stones, submitted_at, updated_at)
   SELECT ${sqlIds.order}, 'B-2026-' || lpad(o::text, 6, '0'), 'public', 'customer', 'shop', 'DELIVERED', 8, '{}', 'gold-585',
          'polished', 0, ${sqlIds.at('0')}, ${sqlIds.at(String(LIFE.length - 1))}
   FROM ${ORDERS}`,
  inbox('crm', (type) => told.has(type) || type === 'shop.order-submitted'),
];

/** Fills the apps' own tables with delivered orders, in bulk; the constraints of the databases check them. */
export async function fillDatabases(
  owners: Readonly<Record<'shop' | 'mes' | 'crm', string>>,
  { begins, first, orders }: Fill,
): Promise<void> {
  const fill = async (url: string, statements: Statements): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query('BEGIN'); // an order and its history check each other at the end
      for (const statement of statements) await client.query(statement, [begins, orders, first]);
      await client.query('COMMIT');
      await client.query('VACUUM ANALYZE');
    } finally {
      await client.end();
    }
  };
  await Promise.all([fill(owners.shop, SHOP), fill(owners.mes, MES), fill(owners.crm, CRM)]);
}
