import { describe, expect, test } from '@jest/globals';
import { judgeCommitError, judgeHandlerError, judgeOwnError } from './outcome.ts';

const sql = (code: string) => Object.assign(new Error(code), { code });

describe('what an error means for the batch', () => {
  test.each([
    ['a bug', new TypeError('x'), 'failed'],
    ['no error at all', 'thrown text', 'failed'],
    ['a unique violation', sql('23505'), 'failed'],
    ['a failed call to another service', sql('ECONNREFUSED'), 'failed'],
    ['a serialization failure', sql('40001'), 'contended'],
    ['a deadlock', sql('40P01'), 'contended'],
    ['a shutdown', sql('57P01'), 'unavailable'],
    ['a lost connection', sql('08006'), 'unavailable'],
    ['too many connections', sql('53300'), 'unavailable'],
    ['a statement the user cancelled', sql('57014'), 'failed'],
  ])('out of a handler: %s', (_, thrown, kind) => {
    const outcome = judgeHandlerError(thrown, 4);
    expect(outcome).toMatchObject(kind === 'failed' ? { kind, at: 4 } : { kind });
  });

  test.each([
    ['another owner holds the position', sql('55P03'), 'contended'],
    ['the connection is refused', sql('ECONNREFUSED'), 'unavailable'],
    ['the tables are missing', sql('42P01'), 'unavailable'],
  ])('out of a statement of the consumer: %s', (_, thrown, kind) => {
    expect(judgeOwnError(thrown)).toMatchObject({ kind });
  });

  test.each([
    ['a deferred constraint', sql('23503'), { kind: 'failed', at: null }],
    ['a serialization failure', sql('40001'), { kind: 'contended' }],
    ['a lost connection', sql('ECONNRESET'), { kind: 'unavailable' }],
    ['a shutdown', sql('57P01'), { kind: 'unavailable' }],
  ])('out of COMMIT: %s', (_, thrown, outcome) => {
    expect(judgeCommitError(thrown)).toMatchObject(outcome);
  });
});
