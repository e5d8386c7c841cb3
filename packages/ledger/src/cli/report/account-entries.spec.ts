import { expect, test } from '@jest/globals';
import { accountOf } from '../../account/account-of.ts';
import type { WorkflowSeen } from '../../account/evidence.ts';
import { LIFE_BEGINS, liveOrder } from '../../testing/order-life.ts';
import { entriesOf } from './account-entries.ts';

const ORDER = '019b8d9c-1111-7000-8000-000000000001';
const ACCEPTED = '019b8d9c-2222-7000-8000-000000000001';
const LIFE = liveOrder(ORDER, {
  ...{ steps: 3, ending: 'none', repeatsFrom: [], refusedAfter: null, lateAfter: null, claimed: false },
});

/** What the account of an order shows, whose workflow is known like this. */
const shown = (more: Partial<WorkflowSeen>) =>
  entriesOf(
    accountOf(
      ORDER,
      LIFE.map((item) => (item.source === 'workflow' ? { ...item, ...more } : item)),
    ),
  );

const STARTED = { hop: 'workflow', at: LIFE_BEGINS, what: 'started; now RUNNING', messageId: null };

test('what the workflow was told stands with it, by the time it was told, between its inbox and what came of it', () => {
  const signalled = [
    { messageId: null, kind: null, eventId: 30, at: LIFE_BEGINS + 9_000 },
    { messageId: ACCEPTED, kind: 'price-accepted', eventId: 11, at: LIFE_BEGINS + 5_000 },
  ];
  const entries = shown({ signalled });
  expect(entries.filter(({ hop }) => hop === 'workflow')).toEqual([
    STARTED,
    { hop: 'workflow', at: LIFE_BEGINS + 5_000, what: 'told price-accepted, event 11', messageId: ACCEPTED },
    { hop: 'workflow', at: LIFE_BEGINS + 9_000, what: 'told something that is no fact, event 30', messageId: null },
  ]);
  const hops = entries.map(({ hop }) => hop);
  expect(hops.lastIndexOf('shop.inbox')).toBeLessThan(hops.indexOf('workflow'));
  expect(hops.lastIndexOf('workflow')).toBeLessThan(hops.indexOf('crm.projection'));
});

test.each([
  ['was not read', {}],
  ['is not kept any more', { signalled: [] }],
])('a history that %s shows nothing', (_, more) => {
  expect(shown(more).filter(({ hop }) => hop === 'workflow')).toEqual([STARTED]);
});

test('one that cannot be decrypted is said to be so', () => {
  const entries = shown({ historyUnread: 'payload key "old" is not here' });
  expect(entries.filter(({ hop }) => hop === 'workflow')).toEqual([
    STARTED,
    { ...STARTED, what: 'what it was told cannot be read: payload key "old" is not here' },
  ]);
});
