import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type EndedCommand, runJsonCommand, temporaryStackState } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import type { Summary } from './report/summary.ts';
import { FIXED_SEEDS } from './seeds.ts';
import { findLibrary } from './system/clocks.ts';

jest.setTimeout(900_000);

const CHAOS = path.join(import.meta.dirname, 'bin', 'chaos.ts');

/** Runs it as `npm run chaos` does, on servers and data of its own. */
async function chaos(...args: readonly string[]): Promise<EndedCommand<Summary>> {
  await using state = temporaryStackState();
  const own = ['--no-results', '--processes', 'pairs', '--customers', '2', '--json'];
  const ended = await runJsonCommand<Summary>(CHAOS, [...own, ...args], { BEZEL_STATE: state.path });
  expect(existsSync(path.join(state.path, 'chaos', 'postgres'))).toBe(false);
  return ended;
}

const SOUND = { lost: 0, duplicateEffects: 0, outOfOrder: 0, unfinished: 0, notRecovered: [], gaveUp: false };
/** One of each, and those that are over soon. The long ones are for the command. */
const SHORT = [
  ...['process-kill', 'process-pause', 'postgres-restart', 'kafka-restart', 'temporal-restart'],
  ...['link-cut', 'duplicates', 'poison'],
];

test('orders live through one of each short fault of a new seed, with nothing lost, doubled or out of order', async () => {
  const seed = process.env['BEZEL_CHAOS_SEED'] ?? randomBytes(4).toString('hex');
  const count = String(SHORT.length);
  const args = ['--seed', seed, '--orders', count, '--faults', count, '--only', SHORT.join()];
  process.stderr.write(`npm run chaos -- ${args.join(' ')} --processes pairs\n`);
  const { code, summary, told } = await chaos(...args);
  // Servers in containers cannot be restarted from here. Whatever was not run or not met is told, and counts for nothing.
  for (const { kind, why } of summary.notRun) process.stderr.write(`${kind} was not run: ${why}\n`);
  for (const unmet of summary.idle) process.stderr.write(`nobody met ${unmet}\n`);
  const faults = SHORT.length - summary.notRun.length - summary.idle.length;
  expect({ code, told, summary }).toMatchObject({ code: 0, summary: { ...SOUND, seed, faults } });
  expect(summary.orders).toBeGreaterThanOrEqual(faults); // the probes; and customers who did not hang up
  expect(faults).toBeGreaterThan(0);
});

for (const { seed, orders, faults, only, found } of FIXED_SEEDS) {
  const lacks = only.includes('clock-jump') && findLibrary() === null ? 'libfaketime is not installed here' : null;
  const name = `seed ${seed}, which once found: ${found}`;
  (lacks === null ? test : test.skip)(lacks === null ? name : `${name} [skipped: ${lacks}]`, async () => {
    const args = ['--seed', seed, '--orders', String(orders), '--faults', String(faults), '--only', only];
    const { code, summary, told } = await chaos(...args);
    expect({ code, told, summary }).toMatchObject({ code: 0, summary: { ...SOUND, faults } });
  });
}
