import { expect, test } from '@jest/globals';
import { createOpening, type OpeningDependencies } from './opening.ts';

/** Everything answers, and says that the group stands at 3 of 9. */
const answering: OpeningDependencies = {
  groupId: 'g',
  doubtful: 1,
  doubt: { begin: async () => false, leave: async () => {} },
  offsets: async () => new Map([[0, { earliest: 0n, latest: 9n }]]),
  positions: {
    create: async () => {},
    move: async () => {},
    restart: async () => {},
    keepUp: async () => {},
    read: async () => new Map([['t/0', { offset: 3n, topicId: null, parkedKeys: 0, redrive: false }]]),
  },
  outOfRange: 'fail',
  refused: () => {},
  opened: () => {},
  troubled: () => {},
  recovered: () => {},
  signal: new AbortController().signal,
};
const partition = { topic: 't', partition: 0 };

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
    const { offsets, positions } = answering;
    const opening = createOpening({
      ...answering,
      async offsets(topic) {
        reach('kafka');
        return offsets(topic);
      },
      positions: {
        ...positions,
        async read() {
          reach('database');
          return positions.read();
        },
      },
      refused: () => heard.push('refused'),
      opened: () => heard.push('opened'),
      troubled: (what) => heard.push(`trouble with ${what}`),
      recovered(what) {
        heard.push(`${what} answers`);
        if (what === 'database') over.resolve();
      },
    });
    opening.add(partition);
    await over.promise;
    expect(heard).toEqual([`trouble with ${origin}`, 'opened', 'kafka answers', 'database answers']);
  },
);

test.each(['offsets', 'positions', 'doubt'] as const)(
  'nothing is opened when the consumer stops while it waits for the %s',
  async (what) => {
    const heard: string[] = [];
    const closing = new AbortController();
    /** The consumer stops before the answer comes. */
    const stopping = <T>(asked: string, answer: Promise<T>): Promise<T> => {
      if (asked === what) closing.abort();
      return answer;
    };
    const { offsets, positions, doubt } = answering;
    const opening = createOpening({
      ...answering,
      offsets: (topic) => stopping('offsets', offsets(topic)),
      positions: { ...positions, read: () => stopping('positions', positions.read()) },
      doubt: {
        begin(...place) {
          heard.push('in doubt');
          return stopping('doubt', doubt.begin(...place));
        },
        leave: async () => void heard.push('left'),
      },
      opened: () => heard.push('opened'),
      signal: closing.signal,
    });
    opening.add(partition);
    await opening.ended;
    expect(heard).toEqual(what === 'doubt' ? ['in doubt', 'left'] : []);
  },
);
