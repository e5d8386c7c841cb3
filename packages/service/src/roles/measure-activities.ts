import { metrics } from '@opentelemetry/api';
import { failpoint, SERVICE_FAILPOINTS } from '../failpoints/index.ts';

/** Asynchronous functions by name, as a Temporal worker takes them. */
// biome-ignore lint/suspicious/noExplicitAny: each activity has parameters of its own; they only pass through.
type Activities<A> = { readonly [Name in keyof A]: (...args: any[]) => Promise<unknown> };

/**
 * The same activities, timed as the histogram `bezel.activity.duration` by activity and outcome (`ok`, `error`), one
 * record an attempt. Its counts are the rates, so RED needs no more.
 *
 * @example createWorker({ …, activities: measureActivities(shopActivities) })
 */
export function measureActivities<A extends Activities<A>>(activities: A): A {
  const duration = metrics.getMeter('@bezel/service').createHistogram('bezel.activity.duration', {
    unit: 's',
    description: 'Time one attempt of an activity took.',
  });
  const measured = Object.entries<Activities<A>[keyof A]>(activities).map(([activity, run]) => [
    activity,
    async (...args: unknown[]) => {
      const began = performance.now();
      let outcome = 'error';
      try {
        await failpoint(SERVICE_FAILPOINTS.activityBegun, { type: activity, data: args[0] });
        const result = await run(...args);
        outcome = 'ok';
        return result;
      } finally {
        await failpoint(SERVICE_FAILPOINTS.activityEnded, { type: activity, data: args[0] });
        duration.record((performance.now() - began) / 1e3, { activity, outcome });
      }
    },
  ]);
  return Object.fromEntries(measured) as A;
}
