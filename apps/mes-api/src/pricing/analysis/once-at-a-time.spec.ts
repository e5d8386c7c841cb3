import { describe, expect, test } from '@jest/globals';
import { OnceAtATime } from './once-at-a-time.ts';

const forever = new AbortController().signal;

describe('work that several want at once', () => {
  test('is done once, and for each key', async () => {
    const shared = new OnceAtATime<number>();
    const { promise, resolve } = Promise.withResolvers<number>();
    let works = 0;
    const work = () => {
      works++;
      return promise;
    };
    const waiting = ['a', 'a', 'b', 'a'].map((key) => shared.run(key, forever, work));
    resolve(7);
    expect(await Promise.all(waiting)).toEqual([7, 7, 7, 7]);
    expect(works).toBe(2);
  });

  test('is done again when wanted later', async () => {
    const shared = new OnceAtATime<number>();
    let works = 0;
    const work = async () => ++works;
    expect([await shared.run('a', forever, work), await shared.run('a', forever, work)]).toEqual([1, 2]);
  });

  test('goes to the next in line when the first fails; only the first hears of it', async () => {
    const shared = new OnceAtATime<string>();
    const first = shared.run('a', forever, () => Promise.reject(new Error('gave up')));
    const second = shared.run('a', forever, async () => 'done by the second');
    const third = shared.run('a', forever, async () => 'done by the third');
    await expect(first).rejects.toThrow('gave up');
    expect([await second, await third]).toEqual(['done by the second', 'done by the second']);
  });

  test('whoever waits may stop waiting', async () => {
    const shared = new OnceAtATime<string>();
    const { promise, resolve } = Promise.withResolvers<string>();
    const cancel = new AbortController();
    const first = shared.run('a', forever, () => promise);
    const second = shared.run('a', cancel.signal, async () => 'never');
    cancel.abort(new Error('cancelled'));
    await expect(second).rejects.toThrow('cancelled');
    resolve('done');
    expect(await first).toBe('done');
  });
});
