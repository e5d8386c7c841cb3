import { expect, test } from '@jest/globals';
import { createOpening } from './opening.ts';

test.each(['kafka', 'database'] as const)(
  'trouble with %s while a partition is opened is over when it is open',
  async (origin) => {
    const heard: string[] = [];
    const over = Promise.withResolvers<void>();
    const failing = new Set<string>([origin]);
    /** Fails the first time. */
    const reach = (what: string): void => {
      if (failing.delete(what)) throw new Error(`${what} does not answer`);
    };
    const opening = createOpening({
      groupId: 'g',
      doubtful: 1,
      doubt: { begin: async () => false, leave: async () => {} },
      offsets: async () => {
        reach('kafka');
        return new Map([[0, { earliest: 0n, latest: 9n }]]);
      },
      positions: {
        create: async () => {},
        move: async () => {},
        read: async () => {
          reach('database');
          return new Map([['t/0', { offset: 3n, parkedKeys: 0, redrive: false }]]);
        },
      } as never,
      outOfRange: 'fail',
      refused: () => heard.push('refused'),
      opened: () => heard.push('opened'),
      troubled: (what) => heard.push(`trouble with ${what}`),
      recovered(what) {
        heard.push(`${what} answers`);
        if (what === 'database') over.resolve();
      },
      signal: new AbortController().signal,
    });
    opening.add({ topic: 't', partition: 0 });
    await over.promise;
    expect(heard).toEqual([`trouble with ${origin}`, 'opened', 'kafka answers', 'database answers']);
  },
);
