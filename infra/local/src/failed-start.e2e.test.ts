import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { placesIn } from './stack/places.ts';
import { readJournal } from './supervisor/journal.ts';
import { waitFor } from './testing/index.ts';
import { runStart } from './testing/programs/running-start.ts';
import { type StackState, temporaryStackState } from './testing/programs/stack-state.ts';

let state: StackState;
beforeAll(() => {
  state = temporaryStackState();
});
afterAll(async () => {
  await state[Symbol.asyncDispose]();
});

const GOODBYE = 'Everything that was started has ended.';

test('a start that fails says why and ends everything, the build too: its last line is true', async () => {
  const start = runStart(state.path, { env: { BEZEL_KAFKA_BROKERS: '127.0.0.1:1' } });
  expect(await start.ended).toEqual({ code: 1, signal: null });
  expect(start.lines.join('\n')).toMatch(/BEZEL_KAFKA_BROKERS is set, but it does not answer/);
  expect(start.lines.at(-1)).toBe(GOODBYE);
}, 60_000);

test('Ctrl-C in the middle of a start ends it in order', async () => {
  const start = runStart(state.path);
  await waitFor('a server to be launched', () => readJournal(placesIn(state.path).journal).length > 0, {
    deadlineMs: 60_000,
  });
  start.signal('SIGINT');
  expect(await start.ended).toEqual({ code: 0, signal: null });
  expect(start.lines.at(-1)).toBe(GOODBYE);
  expect(readJournal(placesIn(state.path).journal)).toEqual([]);
}, 120_000);
