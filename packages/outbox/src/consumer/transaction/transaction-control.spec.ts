import { describe, expect, test } from '@jest/globals';
import { controlsTransaction } from './transaction-control.ts';

describe('statements that would take the transaction away from the consumer', () => {
  test.each([
    'COMMIT',
    '  begin',
    'BEGIN ISOLATION LEVEL SERIALIZABLE',
    'start  transaction',
    'ROLLBACK',
    'rollback work',
    'ABORT',
    'END',
    'COMMIT AND CHAIN',
    "PREPARE TRANSACTION 'x'",
    '-- ready\nCOMMIT',
    '/* ready */ COMMIT',
    "INSERT INTO t VALUES ('a'); COMMIT",
    'INSERT INTO t VALUES (1);\nROLLBACK;',
  ])('%s', (sql) => expect(controlsTransaction(sql)).toBe(true));

  test.each([
    'SELECT 1',
    'SAVEPOINT a',
    'ROLLBACK TO a',
    'ROLLBACK TO SAVEPOINT a',
    'rollback transaction to savepoint a',
    'RELEASE SAVEPOINT a',
    "INSERT INTO log VALUES ('done; COMMIT')",
    'SELECT "commit" FROM t',
    'UPDATE t SET "end" = now() -- ; commit',
    'DO $$ BEGIN PERFORM 1; END $$',
    'DO $body$ BEGIN PERFORM $$;commit$$; END $body$',
    'SELECT CASE WHEN true THEN 1 END',
    'PREPARE find AS SELECT 1',
    "INSERT INTO t VALUES ('it''s; COMMIT')",
  ])('but not: %s', (sql) => expect(controlsTransaction(sql)).toBe(false));
});
