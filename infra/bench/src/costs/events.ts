import type { Client } from '@temporalio/client';

/** How many events of which type an order's history has; types without the words of the protocol: `ActivityTaskScheduled`. */
export type Events = ReadonlyMap<string, number>;

/** Counts the events of one workflow. */
export async function eventsOf(client: Client, workflowId: string): Promise<Events> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const counts = new Map<string, number>();
  for (const event of events ?? []) {
    // Each event holds the attributes of its type, and of no other.
    const type = Object.keys(event).find((key) => key.endsWith('EventAttributes'));
    const name = (type ?? 'unknown').replace(/EventAttributes$/, '');
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

export const totalOf = (events: Events): number => [...events.values()].reduce((sum, count) => sum + count, 0);

/** What both workflows must do equally often, or they cannot be compared: event type and what it stands for. */
const WORK: Readonly<Record<string, string>> = {
  workflowExecutionSignaled: 'signals',
  markerRecorded: 'local activities and patches',
  activityTaskScheduled: 'activities',
  timerStarted: 'timers',
  timerCanceled: 'cancelled timers',
};

/** Where two histories differ in what was done; none: they did the same work. */
export function differencesInWork(events: Events, bare: Events): readonly string[] {
  return Object.entries(WORK)
    .filter(([type]) => events.get(type) !== bare.get(type))
    .map(([type, what]) => `${what}: ${events.get(type) ?? 0}, bare ${bare.get(type) ?? 0}`);
}
