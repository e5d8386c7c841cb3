import { describe, expect, test } from '@jest/globals';
import { existing, type TopicSizes, untilTopicsChange } from './topics.ts';

const known: TopicSizes = new Map([
  ['a', 2],
  ['b', 1],
]);

/** Looks, finds this and that, and what was known from then on. Answers how many looks it took to see a change, if one was seen. */
async function looksUntilChanged(found: readonly (TopicSizes | Error)[], leads: boolean): Promise<number | null> {
  const over = new AbortController();
  let looks = 0;
  const look = async (): Promise<TopicSizes> => {
    const answer = found[looks] ?? known;
    looks += 1;
    if (looks > found.length) over.abort();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  await untilTopicsChange(known, { look, everyMs: 0, leads: () => leads, signal: over.signal });
  return over.signal.aborted ? null : looks;
}

describe('a change of topics', () => {
  test.each<[string, TopicSizes, { leader: boolean; other: boolean }]>([
    ['nothing', new Map(known), { leader: false, other: false }],
    ['one that came', new Map([...known, ['c', 1]]), { leader: true, other: true }],
    ['one that went', new Map([['a', 2]]), { leader: true, other: true }],
    ['one in the place of another', new Map([...known].with(1, ['c', 1])), { leader: true, other: true }],
    ['one that grew', new Map([...known].with(0, ['a', 3])), { leader: true, other: false }],
  ])('%s is seen by whom it concerns', async (_, found, { leader, other }) => {
    expect(await looksUntilChanged([found], true)).toBe(leader ? 1 : null);
    expect(await looksUntilChanged([found], false)).toBe(other ? 1 : null);
  });

  test('is none when the brokers do not answer, and is seen when they do again', async () => {
    const away = new Error('no broker answers');
    expect(await looksUntilChanged([away, away], true)).toBeNull();
    expect(await looksUntilChanged([away, away, new Map()], true)).toBe(3);
  });
});

describe('topics that exist', () => {
  const told: string[][] = [];
  const tell = (missing: string[]): void => void told.push(missing);

  test('are read, and the others told, none as well as some', () => {
    expect(existing(['b', 'x', 'a'], known, tell)).toEqual(['b', 'a']);
    expect(existing(['a', 'b'], known, tell)).toEqual(['a', 'b']);
    expect(told).toEqual([['x'], []]);
  });

  test('have to be one at least', () => {
    expect(() => existing(['x'], known, tell)).toThrow('Kafka has no topic x');
    expect(() => existing(['x', 'y'], known, tell)).toThrow('Kafka has no topics x, y');
  });
});
