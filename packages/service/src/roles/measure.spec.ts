import { describe, expect, test } from '@jest/globals';
import { metricsText } from '../telemetry/index.ts';
import { measureActivities, measureHandlers } from './measure.ts';

describe('measuring', () => {
  test('times activities by name and outcome and lets results and errors through', async () => {
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

  test('times handlers by event type, keeping whatever else a handler has', async () => {
    const seen: unknown[] = [];
    const [handler] = measureHandlers([
      { type: 'a.b', topic: 'a', handle: (event: number, context: string) => void seen.push(event, context) },
    ]);
    await handler?.handle(1, 'context');
    expect(seen).toEqual([1, 'context']);
    expect(handler?.topic).toBe('a');
    expect(await metricsText()).toContain('bezel_consumer_handle_duration_seconds_count{type="a.b",outcome="ok"} 1');
  });
});
