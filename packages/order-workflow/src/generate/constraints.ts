import { type Lifecycle, transitionsOf } from '../lifecycle/index.ts';
import { GENERATED_BY } from './generated-by.ts';

/** A database that holds statuses, and what its constraints are written from. */
export interface ConstrainedDatabase {
  /** Its migrations, from the root of the repository. */
  readonly folder: string;
  readonly render: (lifecycle: Lifecycle) => string;
}

/** Every database that holds statuses. */
export const CONSTRAINED: readonly ConstrainedDatabase[] = [
  {
    folder: 'apps/shop-api/migrations',
    render: (lifecycle) =>
      migration([
        constraint('order_history', 'order_history_allowed', moveIsAllowed(lifecycle)),
        constraint('order_refused_fact', 'order_refused_fact_status', statusIsKnown(lifecycle, 'status')),
      ]),
  },
  {
    folder: 'apps/mes-api/migrations',
    render: (lifecycle) =>
      migration([constraint('order_status', 'order_status_known', statusIsKnown(lifecycle, 'status'))]),
  },
  {
    folder: 'apps/crm-api/migrations',
    render: (lifecycle) =>
      migration([
        constraint('order_view', 'order_view_status_known', statusIsKnown(lifecycle, 'status')),
        constraint('order_move', 'order_move_status_known', statusIsKnown(lifecycle, 'to_status')),
      ]),
  },
];

const HEAD = `-- ${GENERATED_BY}
--
-- Every constraint of the stage contract, whole: the one of before is dropped and this one takes its place in the same
-- transaction. NOT VALID: it holds for every row written from now on, no row is read, and rows of before keep a status or a
-- move that the contract no longer has. Should a transaction hold a table for long, this gives up instead of making everybody
-- queue behind it, and is tried again.
SET LOCAL lock_timeout = '10s';`;

const migration = (statements: readonly string[]): string => `${[HEAD, ...statements].join('\n\n')}\n`;

const constraint = (table: string, name: string, check: string): string =>
  [
    `ALTER TABLE ${table}`,
    `  DROP CONSTRAINT IF EXISTS ${name},`,
    `  ADD CONSTRAINT ${name} CHECK (`,
    ...check.split('\n').map((line) => `    ${line}`),
    '  ) NOT VALID;',
  ].join('\n');

/** The first row of a history has no origin. */
function moveIsAllowed(lifecycle: Lifecycle): string {
  const pairs = [...new Set(transitionsOf(lifecycle).map(({ from, to }) => `('${from}', '${to}')`))];
  return [
    'CASE',
    `  WHEN from_status IS NULL THEN to_status = '${Object.keys(lifecycle)[0]}'`,
    '  ELSE (from_status, to_status) IN (',
    pairs.map((pair) => `    ${pair}`).join(',\n'),
    '  )',
    'END',
  ].join('\n');
}

const statusIsKnown = (lifecycle: Lifecycle, column: string): string =>
  [
    `${column} IN (`,
    Object.keys(lifecycle)
      .map((status) => `  '${status}'`)
      .join(',\n'),
    ')',
  ].join('\n');
