import { readFileSync } from 'node:fs';
import { enableFailpoint } from '@bezel/outbox/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { NOTHING_WRONG, play, SEVEN_WAYS } from './seven.ts';
import { CRASH_BETWEEN } from './ways/crash-between.ts';
import { REDELIVERY } from './ways/redelivery.ts';

jest.setTimeout(120_000);

describe.each(SEVEN_WAYS)('$title', (way) => {
  test('the naive program does what the page says', async () => {
    expect(await play(way, 'naive')).toEqual({ ...NOTHING_WRONG, ...way.naivelyWrong });
  });

  test('with Bezel nothing is lost, doubled, made up or out of order', async () => {
    expect(await play(way, 'bezel')).toEqual(NOTHING_WRONG);
  });
});

describe('what is wrong with Bezel is seen as well', () => {
  test('a relay that skips a message', async () => {
    using _ = enableFailpoint('relay.skips-message', once('break'));
    expect(await play(CRASH_BETWEEN, 'bezel')).toEqual({ ...NOTHING_WRONG, lost: ['order-1 placed'] });
  });

  test('a consumer without an inbox', async () => {
    using _ = enableFailpoint('consumer.forgets-inbox', 'break');
    expect(await play(REDELIVERY, 'bezel')).toMatchObject({ lost: [], doubled: ['order-1 placed'] });
  });
});

const once = (action: 'break') => {
  let hits = 0;
  return () => {
    hits += 1;
    return hits === 1 ? action : undefined;
  };
};

describe('docs/seven-ways.md', () => {
  const page = readFileSync(new URL('../../docs/seven-ways.md', import.meta.url), 'utf8');

  test('has the ways in their order', () => {
    const headings = [...page.matchAll(/^## (\d\. .*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(SEVEN_WAYS.map(({ title }, n) => `${n + 1}. ${title}`));
  });

  test('shows the programs that run', () => {
    const shown = [...page.matchAll(/^```ts\n\/\/ examples\/vanish\/(\S+)\n([\s\S]*?)^```$/gm)];
    expect(shown).toHaveLength(SEVEN_WAYS.length);
    for (const [, file = '', code = ''] of shown) {
      expect(unindented(readFileSync(new URL(file, import.meta.url), 'utf8'))).toContain(unindented(code).trimEnd());
    }
  });

  test('says what each naive program does wrong', () => {
    const words = { lost: 'Lost', phantom: 'Never was', doubled: 'Twice', outOfOrder: 'Out of order' } as const;
    const sections = page.split(/^## /m).slice(1, -1);
    for (const [n, { naivelyWrong }] of SEVEN_WAYS.entries()) {
      for (const wrong of Object.keys(naivelyWrong)) {
        expect(sections[n]).toContain(`**${words[wrong as keyof typeof words]}:**`);
      }
    }
  });
});

/** The page shows some lines of a function without what is around them. */
const unindented = (code: string): string => code.replaceAll(/^ +/gm, '');
