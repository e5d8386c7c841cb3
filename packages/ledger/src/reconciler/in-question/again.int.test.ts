import { randomUUID } from 'node:crypto';
import { createNamespace } from '@bezel/local/testing';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { lowestIdAt } from '../../sources/views/id-time.ts';
import { planted } from '../../testing/defects/defects.ts';
import { atHop, startReconciler, TIMES, until } from '../../testing/running-reconciler.ts';
import { lately, life, Stage } from '../../testing/stage.ts';

jest.setTimeout(180_000);

const HOUR = 3_600_000;
let stage: Stage;
beforeAll(async () => {
  // Of its own: a pass looks at every workflow there is.
  stage = await Stage.set({ namespace: await createNamespace() });
}, 60_000);
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
}, 60_000);

test('what only all messages kept tell of is looked at by itself, and keeps nobody from a new order', async () => {
  const nobody = randomUUID();
  const stray = { source: 'topic', orderId: nobody, hop: 'mes.topic', messageId: randomUUID() } as const;
  await stage.send({ ...stray, type: 'nobody.knows-this', partition: 0, offset: 0n, at: Date.now() });
  const orderId = lowestIdAt(Date.now()).slice(0, 24) + randomUUID().slice(24);
  const whole = lately(life(orderId));
  const left = planted('the CRM was not told', whole);
  await stage.fillUnderWay(orderId, left);
  const details = `(order_id, number, status, seq, submitted_at, entered_at)`;
  await stage.query(
    'shop',
    `INSERT INTO ledger.shop_order_details ${details} VALUES ($1, 'B-1', 'PACKED', 6, now(), now())`,
    [orderId],
  );
  // The first look at what is old is at nothing, and the next one an hour later.
  const times = { ...TIMES, again: { ...TIMES.again, old: { everyMs: HOUR, share: 1 } } };
  {
    await using one = startReconciler(stage.stack, { times });
    const inQuestion = (): number => one.reconciler.figures().inQuestion;
    await until('the new order to count', () => atHop(one, 'crm.inbox') === 1 && inQuestion() === 2);
    await stage.fill(whole.filter((item) => !left.includes(item)));
    await until('it to be answered', () => inQuestion() === 1);
    expect(atHop(one, 'mes.topic') ?? 0).toBe(0);
  }
  await using one = startReconciler(stage.stack);
  await until('the other one to count', () => atHop(one, 'mes.topic') === 1);
});
