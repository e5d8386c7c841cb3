import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { createAdmin } from '../../admin/create-admin.ts';
import { chanceOf } from '../../testing/chance.ts';
import { consumingTest, range } from '../../testing/fixtures/consumer/consuming.ts';
import { effects, recordEffect } from '../../testing/fixtures/consumer/effects.ts';
import { inGroupOfItsOwn, SUBSCRIBERS } from '../../testing/fixtures/kafka/subscribers.ts';

jest.setTimeout(120_000);

const EVENTS = 240;
const KEYS = ['a', 'b', 'c', 'd'];

/** The choices are the same each time; how they meet the work of the two is left to the machine. */
const SEEDS = [1, 20_261_121, Math.floor(Math.random() * 2 ** 31)];

describe.each(SUBSCRIBERS)('two owners of a partition, on $client', ({ subscriber }) => {
  test.each(SEEDS)(
    'while events fail, are redriven and discarded at random: each that was not discarded once, in order (seed %i)',
    async (seed) => {
      await using test = await consumingTest(subscriber);
      const { consumers } = createAdmin(test.database.pool);
      const chance = chanceOf(seed);
      const sent = range(0, EVENTS).map((n) => ({
        n,
        key: chance.pick(KEYS),
        id: `${n}`,
        time: new Date().toISOString(),
      }));
      // The first of each key among them: whatever else happens, each key is parked once.
      const firsts = KEYS.map((key) => sent.find((event) => event.key === key)?.n ?? 0);
      const refused = new Set([...firsts, ...sent.filter(() => chance.often(0.06)).map(({ n }) => n)]);
      for (const worker of ['one', 'two']) {
        await test.start({
          subscriber: inGroupOfItsOwn(subscriber()),
          maxBatchSize: 10,
          retry: { attempts: 1, firstMs: 2, maxMs: 5 },
          handlers: [
            recordEffect(test.topic, {
              worker,
              before: (n) => {
                if (refused.has(n)) throw new Error(`${n} is refused`);
              },
            }),
          ],
        });
      }

      /** What each offset holds: events in their order, with copies of earlier ones in between. */
      const held: number[] = [];
      const discarded = new Set<number>();
      const someKey = () => ({ groupId: test.groupId, topic: test.topic, key: chance.pick(KEYS) });
      const interfere = async (): Promise<void> => {
        const which = someKey();
        const [parked] = await consumers.parked(which);
        switch (chance.between(0, 2)) {
          case 0:
            await consumers.redrive(chance.often(0.5) ? which : {});
            break;
          case 1:
            if (parked?.firstOffset) refused.delete(held[Number(parked.firstOffset)] ?? -1);
            break;
          case 2:
            if (parked?.firstOffset) {
              for (const { offset } of await consumers.discard({ ...which, offset: parked.firstOffset })) {
                const n = held[Number(offset)] ?? -1;
                // A copy that is given up changes nothing: what it is a copy of comes before it.
                if (held.indexOf(n) === Number(offset)) discarded.add(n);
              }
            }
        }
      };

      for (let from = 0; from < EVENTS; from += 20) {
        const copies = range(0, 4).map(() => sent[chance.between(0, from + 19)]);
        const batch = [...sent.slice(from, from + 20), ...copies.filter((copy) => copy !== undefined)];
        held.push(...batch.map(({ n }) => n));
        await test.send(batch);
        // Sometimes they interfere with what waits, sometimes with what is under way.
        if (chance.often(0.5)) {
          await waitFor('what was sent', async () => (await test.positions())[0] === held.length);
        }
        for (const _ of range(0, 6)) await interfere();
      }
      refused.clear();
      await waitFor('the end', async () => {
        await consumers.redrive();
        return (await test.positions())[0] === held.length && (await consumers.parked()).length === 0;
      });
      expect(test.problems.filter(({ kind }) => kind === 'parked').length).toBeGreaterThan(3);
      const done = await effects(test.database.pool);
      for (const key of KEYS) {
        const expected = sent.filter((event) => event.key === key && !discarded.has(event.n)).map(({ n }) => n);
        expect(done.filter((effect) => effect.key === key).map(({ n }) => n)).toEqual(expected);
      }
    },
  );
});
