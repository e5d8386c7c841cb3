import { type Finding, round } from '@bezel/local/measuring';
import type { ProcessorTimes } from '../costs/processor-time.ts';
import { type FactToStatus, factToStatus } from '../latency/fact-to-status.ts';
import type { Doors, Specification } from '../system/doors.ts';
import type { PartContext } from './part.ts';
import { processorTable } from './processor-table.ts';

/** The last one is the rate the target is about; those before show how soon it is where 20 cannot be held. */
const RATES = [0.5, 1, 20] as const;
const TARGET = { p50: 60, p99: 250 };

/** NaN: nothing came in time. */
const shown = (ms: number): string => (Number.isNaN(ms) ? '–' : String(round(ms, 1)));

/** One that leaves orders behind says nothing of what a whole order costs. */
const isHeld = ({ leftOpen }: FactToStatus): boolean => leftOpen === 0;

const busyPerOrder = ({ perSecond, busy, arrived }: FactToStatus): [string, ProcessorTimes] => [
  String(perSecond),
  new Map([...busy].map(([who, ms]) => [who, ms / arrived])),
];

/** From fact committed to status committed, with every process of the stack running. */
export async function measureFacts(
  { system, options, progress, signal }: PartContext,
  doors: Doors,
  order: Specification,
): Promise<Finding> {
  const { seconds } = options;
  const found: FactToStatus[] = [];
  for (const perSecond of RATES) {
    const rate = await progress.step(`${perSecond} orders a second for ${seconds} s`, () =>
      factToStatus(system, doors, order, { perSecond, seconds, signal }),
    );
    found.push(rate);
  }
  const asked = found.at(-1) as FactToStatus;
  return {
    figures: { factToStatusP50Ms: round(asked.p50, 1), factToStatusP99Ms: round(asked.p99, 1) },
    targets: [
      { what: 'p50 from fact to status', value: asked.p50, atMost: TARGET.p50, unit: ' ms' },
      { what: 'p99 from fact to status', value: asked.p99, atMost: TARGET.p99, unit: ' ms' },
    ],
    tables: [
      {
        head: [
          'orders a second',
          'facts',
          'fact to status: p50 ms',
          'p99',
          'submission to PRICING: p50',
          'p99',
          'open at the last arrival',
          'never delivered',
        ],
        rows: found.map((rate) => [
          ...[rate.perSecond, rate.facts].map(String),
          ...[rate.p50, rate.p99, rate.submittedP50, rate.submittedP99].map(shown),
          ...[rate.openAtEnd, rate.leftOpen].map(String),
        ]),
      },
      {
        head: [
          'orders a second',
          'of the p50: fact to signal, ms',
          'signal to worker',
          'worker to decision',
          'decision to move',
        ],
        rows: found.map(({ perSecond, legs }) => [
          String(perSecond),
          ...[legs?.told, legs?.taken, legs?.decided, legs?.moved].map((ms) => shown(ms ?? Number.NaN)),
        ]),
      },
      ...processorTable(
        'of processor time an order, at so many a second',
        new Map(found.filter(isHeld).map(busyPerOrder)),
      ),
    ],
    notes: [
      'Fact to status: every process of "npm start" runs. Orders arrive at the shop’s door at a fixed rate; offers are ' +
        'accepted, work orders claimed, started, completed, packed and shipped, deliveries told, each through its door as ' +
        'soon as the status before it is seen (looked at every 25 ms): per order 6 facts that move it and 8 requests.',
      'From the commit of the fact with its outbox row to the commit of the move: both moments are Postgres’ own ' +
        '(track_commit_timestamp), of one server. In between: relay, Kafka, the orchestrator, a signal, the workflow, the shop’s ' +
        'activity. Orders of the first 3 s do not count.',
    ],
  };
}
