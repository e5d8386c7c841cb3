import { expect, test } from '@jest/globals';
import type { Queryable } from '../database/port.ts';
import { DEFAULT_PACE, waitAfter } from '../reader/poll-pace.ts';
import { AWAKE_MS, createNudger } from './nudge.ts';

/** Notifications wait until they are told how they end. */
function notifications() {
  const sent: PromiseWithResolvers<{ rows: []; rowCount: null }>[] = [];
  const db: Queryable = {
    query() {
      const one = Promise.withResolvers<{ rows: []; rowCount: null }>();
      sent.push(one);
      return one.promise;
    },
  };
  return { db, sent, end: (n: number) => sent[n]?.resolve({ rows: [], rowCount: null }) };
}

test('one notification at a time, and no other while relays are awake from it', async () => {
  const { db, sent, end } = notifications();
  let now = 0;
  const nudge = createNudger(db, 'outbox', () => now);
  const all = [nudge(), nudge()];
  now = 1_000;
  all.push(nudge());
  expect(sent).toHaveLength(1);
  end(0);
  await Promise.all(all);
  all.push(nudge());
  expect(sent).toHaveLength(2);
  end(1);
  await Promise.all(all);
  now += AWAKE_MS - 1;
  all.push(nudge());
  expect(sent).toHaveLength(2);
  now += 1;
  all.push(nudge());
  expect(sent).toHaveLength(3);
});

test('one that failed woke nobody: its callers hear of it, and the next one is sent', async () => {
  const { db, sent, end } = notifications();
  const nudge = createNudger(db, 'outbox', () => 0);
  const failing = nudge();
  sent[0]?.reject(new Error('no connection'));
  await expect(failing).rejects.toThrow('no connection');
  const next = nudge();
  expect(sent).toHaveLength(2);
  end(1);
  await next;
});

test('a relay that was nudged stays awake for longer than a writer stays silent', () => {
  let awakeMs = 0;
  for (let empty = 1; waitAfter(empty, DEFAULT_PACE) <= DEFAULT_PACE.busyMs; empty += 1) awakeMs += DEFAULT_PACE.busyMs;
  expect(awakeMs).toBeGreaterThan(AWAKE_MS);
});
