import type { ClientBase } from 'pg';
import { HandlerTransactionClosedError, HandlerTransactionControlError } from '../errors.ts';
import type { HandlerTransaction } from '../on.ts';
import { controlsTransaction } from './transaction-control.ts';

export interface LentTransaction {
  readonly tx: HandlerTransaction;
  close(): void;
}

/**
 * Lends the connection to one handler. After `close` it refuses: a statement that a handler forgot to await would
 * otherwise run in somebody else's transaction. A statement that would end the transaction is refused: what it had done
 * would stay, and what follows in the batch would be passed over.
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
        if (controlsTransaction(sql)) {
          throw new HandlerTransactionControlError(
            `a handler must leave its transaction open: position and effects are committed together (${sql.trim().slice(0, 40)})`,
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
