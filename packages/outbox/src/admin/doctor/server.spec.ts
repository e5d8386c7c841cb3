import { describe, expect, test } from '@jest/globals';
import { ofServer } from './server.ts';

const fine = { number: 180_001, version: '18.1', standby: false, apart: 0.3 };
const found = (change: Partial<typeof fine>) => ofServer({ ...fine, ...change }).map(({ code }) => code);

describe('a server', () => {
  test('is well from the oldest version on that this package knows', () => {
    expect(ofServer(fine)).toEqual([]);
    expect(found({ number: 150_000 })).toEqual([]);
    expect(found({ number: 149_999 })).toEqual(['POSTGRES_TOO_OLD']);
  });

  test('is not to be a standby, nor its clock apart by seconds', () => {
    expect(found({ standby: true })).toEqual(['SERVER_STANDBY']);
    expect(found({ apart: 2 })).toEqual([]);
    expect(found({ apart: 2.1 })).toEqual(['CLOCKS_APART']);
  });
});
