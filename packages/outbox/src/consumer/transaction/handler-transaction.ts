import type { ClientBase } from 'pg';
import { HandlerTransactionClosedError } from '../errors.ts';
import type { HandlerTransaction } from '../on.ts';

export interface LentTransaction {
  readonly tx: HandlerTransaction;
  close(): void;
}

/**
 * Lends the connection to one handler. After `close` it refuses: a statement that a handler forgot to await would
 * otherwise run in somebody else's transaction.
 */
export function lendTransaction(client: ClientBase): LentTransaction {
  let open = true;
  return {
    tx: {
      async query<Row>(sql: string, params: readonly unknown[] = []) {
        if (!open) {
          throw new HandlerTransactionClosedError(
            'the handler has returned or was given up: its transaction can no longer be used (is an await missing?)',
          );
        }
        const { rows, rowCount } = await client.query(sql, [...params]);
        return { rows: rows as Row[], rowCount: rowCount ?? 0 };
      },
    },
    close: () => {
      open = false;
    },
  };
}
