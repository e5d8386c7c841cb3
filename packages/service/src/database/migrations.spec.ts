import { describe, expect, test } from '@jest/globals';
import { type Migration, pendingMigrations } from './migrations.ts';

const file = (number: number, checksum = `sum${number}`): Migration => ({
  number,
  name: `m${number}`,
  sql: '',
  checksum,
});

describe('what is still to be applied', () => {
  test('everything on a new database, the rest on an older one, nothing on a current one', () => {
    const files = [file(1), file(2), file(3)];
    expect(pendingMigrations('app', files, [])).toEqual(files);
    expect(pendingMigrations('app', files, [file(1)])).toEqual([file(2), file(3)]);
    expect(pendingMigrations('app', files, files)).toEqual([]);
  });

  test('nothing when an applied file was changed', () => {
    expect(() => pendingMigrations('app', [file(1, 'changed'), file(2)], [file(1)])).toThrow(
      /app: migration 1 \(m1\) was changed after it was applied/,
    );
  });

  test('nothing when the database is ahead of the release', () => {
    expect(() => pendingMigrations('app', [file(1)], [file(1), file(2)])).toThrow(/deploy a newer release/);
  });
});
