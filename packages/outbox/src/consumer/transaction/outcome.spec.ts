import { describe, expect, test } from '@jest/globals';
import { judgeCommitError, judgeHandlerError, judgeOwnError } from './outcome.ts';

const sql = (code: string) => Object.assign(new Error(code), { code });

describe('what an error means for the batch', () => {
  test.each([
    ['a bug', new TypeError('x'), 'failed'],
    ['no error at all', 'thrown text', 'failed'],
    ['a unique violation', sql('23505'), 'failed'],
    ['a failed call to another service', sql('ECONNREFUSED'), 'failed'],
    ['a serialization failure', sql('40001'), 'collided'],
    ['a deadlock', sql('40P01'), 'collided'],
    ['a lock that did not come in time', sql('55P03'), 'failed'],
    ['a session that idled in its transaction', sql('25P03'), 'failed'],
    ['a transaction that lasted too long', sql('25P04'), 'failed'],
    ['more temporary files than a statement may have', sql('53400'), 'failed'],
    ['a full disk', sql('53100'), 'unavailable'],
    ['a shutdown', sql('57P01'), 'unavailable'],
    ['a lost connection', sql('08006'), 'unavailable'],
    ['too many connections', sql('53300'), 'unavailable'],
    ['a statement the user cancelled', sql('57014'), 'failed'],
  ])('out of a handler: %s', (_, thrown, kind) => {
    const outcome = judgeHandlerError(thrown, 4);
    expect(outcome).toMatchObject(kind === 'unavailable' ? { kind } : { kind, at: 4 });
  });

  test.each([
    ['another owner holds the position', sql('55P03'), 'contended'],
    ['the connection is refused', sql('ECONNREFUSED'), 'unavailable'],
    ['the tables are missing', sql('42P01'), 'unavailable'],
    ['a deadlock over the inbox', sql('40P01'), 'collided'],
    ['a time Postgres does not know', sql('22008'), 'failed'],
    ['a character its encoding lacks', sql('22P05'), 'failed'],
    ['more than an index takes', sql('54000'), 'failed'],
  ])('out of a statement of the consumer: %s', (_, thrown, kind) => {
    expect(judgeOwnError(thrown)).toMatchObject({ kind });
  });

  test.each([
    ['a deferred constraint', sql('23503'), { kind: 'failed', at: null }],
    ['a serialization failure', sql('40001'), { kind: 'collided', at: null }],
    ['a session that idled', sql('25P03'), { kind: 'failed', at: null }],
    ['a lost connection', sql('ECONNRESET'), { kind: 'unavailable' }],
    ['a shutdown', sql('57P01'), { kind: 'unavailable' }],
  ])('out of COMMIT: %s', (_, thrown, outcome) => {
    expect(judgeCommitError(thrown)).toMatchObject(outcome);
  });
});
