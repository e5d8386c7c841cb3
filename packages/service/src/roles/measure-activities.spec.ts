import { enableFailpoint } from '@bezel/outbox/testing';
import { expect, test } from '@jest/globals';
import { SERVICE_FAILPOINTS } from '../failpoints/index.ts';
import { metricsText, withOrder } from '../telemetry/index.ts';
import { measureActivities } from './measure-activities.ts';

test('activities are timed by name and outcome; results and errors come through', async () => {
  const activities = measureActivities({
    double: async (n: number) => n * 2,
    fail: async (): Promise<void> => {
      throw new Error('no');
    },
  });
  expect(await activities.double(21)).toBe(42);
  await expect(activities.fail()).rejects.toThrow('no');
  const text = await metricsText();
  expect(text).toContain('bezel_activity_duration_seconds_count{activity="double",outcome="ok"} 1');
  expect(text).toContain('bezel_activity_duration_seconds_count{activity="fail",outcome="error"} 1');
});

test('an activity comes to its failpoints before and after its work, with its order and what it was given', async () => {
  const steps: unknown[] = [];
  const activities = measureActivities({ moveOrder: async (move: { to: string }) => void steps.push(move.to) });
  using _begun = enableFailpoint(SERVICE_FAILPOINTS.activityBegun, (about) => void steps.push(about));
  using _ended = enableFailpoint(SERVICE_FAILPOINTS.activityEnded, (about) => void steps.push(about));
  await withOrder('o-1', () => activities.moveOrder({ to: 'PRICED' }));
  const about = [{ type: 'moveOrder', key: 'o-1', data: { to: 'PRICED' } }];
  expect(steps).toEqual([about, 'PRICED', about]);
});
