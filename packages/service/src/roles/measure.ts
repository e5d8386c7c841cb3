import { type Histogram, metrics } from '@opentelemetry/api';

/** Times one piece of work; its `outcome` is `ok` or `error`. The count of a histogram is the rate, so RED needs no more. */
async function timed<T>(duration: Histogram, labels: Record<string, string>, work: () => Promise<T> | T): Promise<T> {
  const began = performance.now();
  let outcome = 'error';
  try {
    const result = await work();
    outcome = 'ok';
    return result;
  } finally {
    duration.record((performance.now() - began) / 1e3, { ...labels, outcome });
  }
}

/** What the outbox's `on` makes, as far as measuring needs it. */
interface Handler {
  readonly type: string;
  readonly handle: (event: never, context: never) => Promise<void> | void;
}

/**
 * The same handlers, timed as `bezel.consumer.handle.duration` by event type and outcome.
 *
 * @example createConsumer({ …, handlers: measureHandlers([on(OrderSubmitted, project)]) })
 */
export function measureHandlers<H extends Handler>(handlers: readonly H[]): H[] {
  const duration = metrics.getMeter('@bezel/service').createHistogram('bezel.consumer.handle.duration', {
    unit: 's',
    description: 'Time a handler took for one event.',
  });
  return handlers.map((handler) => ({
    ...handler,
    handle: (event: never, context: never) =>
      timed(duration, { type: handler.type }, () => handler.handle(event, context)),
  }));
}

/** Asynchronous functions by name, as a Temporal worker takes them. */
// biome-ignore lint/suspicious/noExplicitAny: each activity has parameters of its own; they only pass through.
type Activities<A> = { readonly [Name in keyof A]: (...args: any[]) => Promise<unknown> };

/**
 * The same activities, timed as `bezel.activity.duration` by activity and outcome.
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
    (...args: unknown[]) => timed(duration, { activity }, () => run(...args)),
  ]);
  return Object.fromEntries(measured) as A;
}
