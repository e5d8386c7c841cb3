import { expect, test } from '@jest/globals';
import { metricsText } from '../telemetry/index.ts';
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
