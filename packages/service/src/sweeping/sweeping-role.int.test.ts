// The first import registers the metrics SDK before anything records into it.

import '../telemetry/index.ts';
import { expect, test } from '@jest/globals';
import type { Role } from '../service/index.ts';
import { sweepingRole } from './sweeping-role.ts';
import type { Swept } from './sweeps.ts';

const NOTHING: Swept = { swept: 0, waiting: 0, oldestMs: 0 };
const fatal = (error: unknown): void => {
  throw error;
};
const role = (more: Partial<Role>): Role => ({ start: async () => {}, stop: async () => {}, ...more }) as Role;

test('the role and its sweeps are told to stop at the same time: neither waits for the other', async () => {
  const told = Promise.withResolvers<Swept>();
  const looking = Promise.withResolvers<void>();
  const sweeping = sweepingRole(role({ stop: async () => told.resolve(NOTHING) }), 'shop', [
    {
      name: 'until-the-role-stops',
      everyMs: 10,
      look: () => {
        looking.resolve();
        return told.promise;
      },
    },
  ]);
  await sweeping.start(fatal);
  await looking.promise;
  await sweeping.stop();
});

test('a role that is stopped while it starts sweeps nothing', async () => {
  const started = Promise.withResolvers<void>();
  let looks = 0;
  const sweeping = sweepingRole(role({ start: () => started.promise }), 'shop', [
    {
      name: 'never',
      everyMs: 10,
      look: async () => {
        looks += 1;
        return NOTHING;
      },
    },
  ]);
  const starting = sweeping.start(fatal);
  await sweeping.stop();
  started.resolve();
  await starting;
  expect(looks).toBe(0);
});
