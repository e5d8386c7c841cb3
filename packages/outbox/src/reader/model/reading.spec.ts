import { describe, expect, jest, test } from '@jest/globals';
import { explore } from './explore.ts';
import { FACTS, type Facts } from './postgres.ts';
import { asItIs, but, LONG, SHORT, TIGHT } from './scenarios.ts';
import { MISTAKES, type Mistake, type World } from './shard.ts';
import { closingAtOnce, givingUpAfterAWhile, highestNumberSeen, waitingForMissing } from './simpler-readers.ts';
import { ASKING, type Asking } from './statement.ts';
import { table } from './table.ts';

jest.setTimeout(900_000);

/** The most states of one scenario that are tried, so that a larger one fails before memory ends. */
const MAX_STATES = Number(process.env['BEZEL_MODEL_STATES'] ?? 2_000_000);
const scenarios = process.env['BEZEL_TEST_FULL'] === '1' ? [...SHORT, ...LONG] : SHORT;

describe('in every interleaving of writers, server and reader', () => {
  test.each(scenarios)('all is read, in order, and nobody waits: $name', (scenario) => {
    const world = asItIs(scenario);
    const { states, steps, broken } = explore(world, MAX_STATES);
    process.stdout.write(`${states} states, ${steps} steps: ${world.name}\n`);
    expect(broken && table(broken)).toBeUndefined();
    // Fewer would mean that the model does not do what its scripts say.
    expect(states).toBeGreaterThan(400);
  });
});

const asking = (wrong: Partial<Asking>): Partial<World> => ({ asking: { ...ASKING, ...wrong } });
const facts = (wrong: Partial<Facts>): Partial<World> => ({ facts: { ...FACTS, ...wrong } });

/** What is wrong, what that leads to at last, and the smallest scripts that show it. */
const BROKEN: readonly (readonly [string, Mistake, World])[] = [
  ['a cursor over the highest number seen', 'lost', but({ reader: highestNumberSeen }, 'write commit', 'write commit')],
  [
    'a missing number given up after some time',
    'lost',
    but({ reader: givingUpAfterAWhile }, 'write commit', 'write commit'),
  ],
  ['waiting for a missing number', 'waits', but({ reader: waitingForMissing }, 'write commit', 'write commit')],
  [
    'reading below the oldest transaction',
    'waits',
    but({ reader: highestNumberSeen, ...asking({ sees: 'oldest' }) }, 'write commit', 'write commit'),
  ],
  [
    'gaps in one statement, new rows in another',
    'order',
    but(asking({ inOneStatement: false }), 'write commit', 'write commit write commit'),
  ],
  ["the table's lock", 'lost', but(asking({ lockOf: 'table' }), 'draw insert commit', 'write commit')],
  [
    'closing a gap in the statement that finds nobody left',
    'lost',
    but({ reader: closingAtOnce(TIGHT) }, 'write commit', 'write commit'),
  ],
  [
    'leaving out gaps of open transactions',
    'order',
    but(asking({ minds: 'nothing' }), 'write commit', 'write commit write commit'),
  ],
  [
    "last_value from the sequence's row, which F9 warns of",
    'lost',
    but(facts({ lastValueIsDrawn: false }), 'write commit', 'write commit'),
  ],
  ['a sequence with CACHE, against F2', 'lost', but(facts({ cache: 2 }), 'write commit write commit', 'write commit')],
  [
    'a lock that a savepoint gives back, against F1',
    'lost',
    but(facts({ lockOutlivesSavepoint: false }), 'write undo insert commit', 'write commit'),
  ],
  [
    'locks given back before the end, against F3',
    'lost',
    but(facts({ endsBeforeItUnlocks: false }), 'write commit', 'write commit'),
  ],
  [
    'a name that outlives its transaction, against F4',
    'order',
    but(facts({ endTakesTheName: false }), 'write commit', 'write commit write commit'),
  ],
  [
    'a look before the snapshot, against F5',
    'order',
    but(asking({ looksAfterSnapshot: false }), 'write commit', 'write commit write commit'),
  ],
  [
    'PREPARE that gives its locks back, against F7',
    'lost',
    but(facts({ preparedKeepsLock: false }), 'write prepare finish', 'write commit'),
  ],
  [
    'names that come again, against F8',
    'order',
    but(facts({ namesAreNew: false }), 'write commit hold commit', 'write commit'),
  ],
  [
    'a crash that leaves the token, against F10',
    'lost',
    but({ ...facts({ crashEmptiesUnlogged: false }), crashes: 1 }, 'write commit write commit'),
  ],
  [
    'a prepared transaction that counts as running while it has its name',
    'order',
    but(asking({ asksForPrepared: false }), 'write prepare finish', 'write commit write commit'),
  ],
  ['uncommitted rows', 'not committed', but(asking({ sees: 'dirty' }), 'write rollback')],
];

describe('an interleaving is found that breaks', () => {
  test.each(BROKEN)('%s', (_, mistake, world) => {
    // A wrong world makes other mistakes on its way to the one it is here for.
    const tolerates = MISTAKES.filter((other) => other !== mistake);
    const { broken } = explore({ ...world, tolerates }, MAX_STATES);
    expect(broken?.what).toMatch(`${mistake}: `);
  });

  test('something: the interleaving is told as a table', () => {
    const { broken } = explore(but({ reader: highestNumberSeen }, 'write commit', 'write commit'), MAX_STATES);
    expect(broken && table(broken)).toBe(
      `
T1        T2        reader
writes 1
          writes 2
          commits
                    snapshot: 2
commits
                    last_value 2; reads 2
                    is alone from here on
                    snapshot: 1 2
                    last_value 2; reads nothing
=> lost: 1`.trimStart(),
    );
  });
});
