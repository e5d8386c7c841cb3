import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { endedBy } from './ended-by.ts';

/** A process that hears signals, at moments that the test chooses. */
class Told extends EventEmitter {
  readonly codes: number[] = [];
  #now = 0;
  readonly signal = endedBy(this, () => this.#now);

  exit(code: number): void {
    this.codes.push(code);
  }

  hears(signal: NodeJS.Signals, at: number): void {
    this.#now = at;
    this.emit(signal);
  }
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends it in order, and once more at once', (name) => {
  const told = new Told();
  expect(told.signal.aborted).toBe(false);
  told.hears(name, 1_000);
  expect(told.signal.reason).toEqual(new Error(`ended by ${name}`));
  expect(told.codes).toEqual([]);
  told.hears('SIGINT', 3_000);
  expect(told.codes).toEqual([130]);
});

test('what npm passes on is the same once more, and not another', () => {
  const told = new Told();
  told.hears('SIGINT', 1_000);
  told.hears('SIGINT', 1_002);
  expect(told.codes).toEqual([]);
  told.hears('SIGINT', 1_600);
  expect(told.codes).toEqual([130]);
});
