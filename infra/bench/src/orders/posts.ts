import { APP_PROCESSES, type AppProcess } from '@bezel/local/bench';
import { type Finding, round } from '@bezel/local/measuring';
import { COMMITS_PER_SECOND, postOrders, type Times } from '../latency/post-order.ts';
import type { Doors, Specification } from '../system/doors.ts';
import type { PartContext } from './part.ts';

const PER_SECOND = 100;
const DOORS = APP_PROCESSES.filter(({ name }) => name === 'shop-api');
const RELAY: AppProcess = { name: 'shop-relay', folder: 'shop-api', app: 'shop', roles: ['relay'], doors: {} };

/** How soon the shop's door answers a submission. */
export async function measurePosts(
  { system, options, progress, signal }: PartContext,
  doors: Doors,
  order: Specification,
): Promise<Finding> {
  const { seconds } = options;
  const { posts, commits, refused } = await system.during([...DOORS, RELAY], () =>
    progress.step(`POST /v1/orders, ${PER_SECOND} a second for ${seconds} s`, () =>
      postOrders(doors, order, { perSecond: PER_SECOND, seconds, signal, shop: system.shop }),
    ),
  );
  return {
    figures: { postP99Ms: round(posts.p99, 1) },
    targets: [{ what: 'p99 of POST /v1/orders', value: posts.p99, atMost: 25, unit: ' ms' }],
    tables: [
      {
        head: ['ms', 'p50', 'p99', 'longest', 'answered 503 first'],
        rows: [
          [`POST /v1/orders, ${PER_SECOND} a second`, ...inWords(posts), String(refused)],
          [`a bare commit beside it, ${COMMITS_PER_SECOND} a second`, ...inWords(commits), ''],
        ],
      },
    ],
    notes: [
      `POST: ${PER_SECOND} a second at a fixed rate for ${seconds} s after 3 s to warm up; timed from when a request was ` +
        'due to the whole answer. JSON with modelSha256, a customer’s JWT, an Idempotency-Key of its own. The shop’s doors ' +
        'and its relay run; workflows of these orders are not started, as on machines that share no processor with the door.',
      'A bare commit: a transaction of the same database that writes one empty message to the WAL, at the same time. What it ' +
        'has to wait for the disk, each order waits for, too.',
    ],
  };
}

const inWords = ({ p50, p99, longest }: Times): string[] => [p50, p99, longest].map((value) => String(round(value, 1)));
