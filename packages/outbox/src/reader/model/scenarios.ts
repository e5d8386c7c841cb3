import type { TrackerLimits } from '../tracker/tracker-limits.ts';
import { type Action, FACTS } from './postgres.ts';
import { gapTracker } from './readers.ts';
import type { Scenario, World } from './shard.ts';
import { ASKING } from './statement.ts';

/** So small that every rule is at work with three numbers: one gap a read, and each rests as soon as it may. */
export const TIGHT: TrackerLimits = {
  lookAfterReads: 0,
  gapsPerRead: 1,
  gapsInMemory: 1_000,
  holesInSummary: 100,
  restBeyondGaps: 0,
  restBeyondWidth: 1,
  restAfterReads: 1,
};
/** All gaps fit into a read. */
const AMPLE: TrackerLimits = { ...TIGHT, gapsPerRead: 100 };
/** Nothing ever rests. */
const AWAKE: TrackerLimits = {
  ...AMPLE,
  restBeyondGaps: 100,
  restBeyondWidth: 100,
  restAfterReads: Number.POSITIVE_INFINITY,
};
/** A gap is covered once before anybody looks for its holders. */
const PATIENT: TrackerLimits = { ...TIGHT, lookAfterReads: 1 };
/** Gaps at rest are joined at once. */
const FORGETFUL: TrackerLimits = { ...AMPLE, gapsInMemory: 1, holesInSummary: 1 };

const script = (text: string): Action[] => text.split(' ') as Action[];
const scripts = (...sessions: readonly string[]) => ({
  name: sessions.join(' | '),
  scripts: sessions.map(script),
  limits: TIGHT,
  rowLimit: 10,
});

/** Explored by every run. */
export const SHORT: readonly Scenario[] = named([
  scripts('write commit', 'write commit'),
  { ...scripts('write commit', 'write rollback'), limits: AWAKE, rowLimit: 1 },
  scripts('draw insert commit', 'write commit'),
  { ...scripts('write commit', 'write commit'), limits: PATIENT },
  scripts('write undo insert commit', 'write commit'),
  scripts('hold commit', 'write commit'),
  { ...scripts('write write commit', 'hold commit'), rowLimit: 1 },
  // With one gap a read, others wait while COMMIT PREPARED is between making rows visible and giving its locks back.
  { ...scripts('write prepare finish', 'write commit'), limits: AMPLE },
  { ...scripts('write prepare discard', 'write commit'), tolerates: ['waits'] },
  { ...scripts('write commit', 'write commit'), handOvers: 1 },
  { ...scripts('write prepare finish'), restarts: 1, handOvers: 1 },
  { ...scripts('write commit write commit'), crashes: 1 },
]);

/** Explored by `npm run test:full`, too. Three sessions that all draw have millions of states: too many for memory. */
export const LONG: readonly Scenario[] = named([
  { ...scripts('write write commit', 'write commit'), rowLimit: 1 },
  { ...scripts('write commit', 'write commit'), look: 'one by one' },
  { ...scripts('write commit', 'write rollback', 'hold commit'), limits: AWAKE },
  scripts('write commit write commit', 'write rollback'),
  { ...scripts('write commit write commit', 'write write commit'), limits: FORGETFUL },
  { ...scripts('write prepare finish', 'write write commit'), limits: AMPLE },
  { ...scripts('write prepare finish', 'write commit'), tolerates: ['waits'], handOvers: 1 },
  { ...scripts('write prepare finish', 'write commit'), tolerates: ['waits'], restarts: 1 },
  { ...scripts('write prepare finish'), crashes: 1, restarts: 1 },
  { ...scripts('write commit', 'write commit'), crashes: 1 },
]);

export const asItIs = (scenario: Scenario): World => ({
  ...scenario,
  facts: FACTS,
  asking: { ...ASKING, look: scenario.look ?? ASKING.look },
  reader: gapTracker(scenario.limits),
});

/** The scenario of these sessions, with what is wrong in it. */
export const but = (wrong: Partial<World>, ...sessions: readonly string[]): World => ({
  ...asItIs(scripts(...sessions)),
  ...wrong,
});

/** With names that tell them apart. */
function named(scenarios: readonly Scenario[]): Scenario[] {
  return scenarios.map((scenario) => {
    const { name, handOvers, crashes, restarts, rowLimit, look, limits } = scenario;
    const events = Object.entries({ 'hand-over': handOvers, crash: crashes, restart: restarts });
    const rest = events.flatMap(([what, count]) => (count === undefined ? [] : [`${count} ${what}`]));
    const reads = [...(rowLimit === 1 ? ['a row a read'] : []), ...(look === undefined ? [] : [`looks ${look}`])];
    if (limits.lookAfterReads > 0) reads.push('looks late');
    return { ...scenario, name: [name, ...rest, ...reads].join(', ') };
  });
}
