import { describe, expect, test } from '@jest/globals';
import { type Symptom, Watch } from './patience.ts';

const PATIENCE = { troubleMs: 100, standstillMs: 1_000 };
const trouble: Symptom = { kind: 'trouble', id: 'trouble', message: 'kafka: refused' };
const stillAt = (place: number): Symptom => ({ kind: 'standstill', id: `at ${place}`, message: 'does not move' });
const fault: Symptom = { kind: 'fault', id: 'stopped', message: 'it is stopped' };

/** A watch that has seen its part without trouble. */
function watching(): Watch {
  const watch = new Watch(PATIENCE);
  expect(watch.look([], 0)).toBeUndefined();
  return watch;
}

describe('patience', () => {
  test('is at an end when trouble has lasted, and begins anew when it was over', () => {
    const watch = watching();
    expect(watch.look([trouble], 10)).toBeUndefined();
    expect(watch.look([trouble], 109)).toBeUndefined();
    expect(watch.look([trouble], 110)).toBe(trouble);
    expect(watch.look([], 120)).toBeUndefined();
    expect(watch.look([trouble], 130)).toBeUndefined();
    expect(watch.look([trouble], 230)).toBe(trouble);
  });

  test('counts from when trouble began, where that is known, also if nobody looked', () => {
    expect(watching().look([{ ...trouble, since: 400 }], 499)).toBeUndefined();
    expect(watching().look([{ ...trouble, since: 400 }], 500)).toMatchObject({ message: trouble.message });
  });

  test('is not lost when one trouble follows the other without a break', () => {
    const watch = watching();
    expect(watch.look([{ ...trouble, message: 'database: refused', since: 10 }], 60)).toBeUndefined();
    expect(watch.look([{ ...trouble, since: 100 }], 110)).toMatchObject({ message: 'kafka: refused' });
  });

  test('is longer for a standstill, and a move ends it', () => {
    const watch = watching();
    expect(watch.look([stillAt(1)], 10)).toBeUndefined();
    expect(watch.look([stillAt(1)], 1_009)).toBeUndefined();
    expect(watch.look([stillAt(1)], 1_010)).toMatchObject({ id: 'at 1' });
    expect(watch.look([stillAt(2)], 1_011)).toBeUndefined();
    expect(watch.look([stillAt(1)], 1_012)).toBeUndefined();
  });

  test('there is none for a fault', () => {
    expect(watching().look([stillAt(1), fault], 1)).toBe(fault);
  });

  test('there is none for trouble of what was never seen without, though it may have work to do', () => {
    const watch = new Watch(PATIENCE);
    expect(watch.look([trouble], 0)).toBe(trouble);
    expect(watch.look([stillAt(1)], 1)).toBeUndefined();
    expect(watch.look([trouble], 2)).toBeUndefined();
  });
});
