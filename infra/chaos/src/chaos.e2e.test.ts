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
const SHORT = ['process-kill,postgres-restart,link-cut', 'process-kill,temporal-restart,link-cut'] as const;

test('a few orders live through a few faults of a new seed, with nothing lost, doubled or out of order', async () => {
  const seed = process.env['BEZEL_CHAOS_SEED'] ?? randomBytes(4).toString('hex');
  const only = SHORT[seed.charCodeAt(0) % SHORT.length] ?? SHORT[0];
  console.log(`npm run chaos -- --seed ${seed} --orders 3 --faults 3 --processes pairs --only ${only}`);
  const { code, summary, told } = await chaos('--seed', seed, '--orders', '3', '--faults', '3', '--only', only);
  // Servers in containers cannot be restarted from here. Whatever was not run is told, and counts for nothing.
  for (const { kind, why } of summary.notRun) console.log(`${kind} was not run: ${why}`);
  const faults = 3 - summary.notRun.length;
  expect({ code, told, summary }).toMatchObject({ code: 0, summary: { ...SOUND, seed, faults } });
  expect(summary.orders).toBeGreaterThanOrEqual(3); // the probes; and customers who did not hang up
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
