import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkoutPlaces,
  createProgress,
  openStackWithoutApps,
  placesIn,
  type StackWithoutApps,
} from '@bezel/local/bench';
import { reachVerdict, type Verdict } from '../check/reach-verdict.ts';
import { TopicReader } from '../check/topic-reader.ts';
import { askDoors } from '../clients/ask-doors.ts';
import { complaintsIn } from '../clients/unmakeable.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { writeEvidence } from '../report/evidence-file.ts';
import { openDatabases } from '../system/databases.ts';
import { auditAtRest } from './audit-at-rest.ts';
import { arm, deathsIn } from './deaths/armed.ts';
import { armedProcesses } from './deaths/processes.ts';
import { drive } from './drive.ts';
import { type CellVerdict, type End, judgeCells, type Wrong } from './judge-cells.ts';
import { type Lives, startLives } from './lives/lives.ts';
import type { Cell } from './matrix/cells.ts';
import { KINDS } from './matrix/kinds.ts';

export interface CrashPointsOptions {
  readonly cells: readonly Cell[];
  /** Orders alive at a time. */
  readonly atOnce: number;
  /** A known bug to plant in every process; null: none. */
  readonly mutant: Mutant | null;
  /** How long an order may take, deaths and all. */
  readonly patienceMs: number;
  /** How long the system may take to come to rest. */
  readonly settleMs: number;
}

export interface CrashPointsOutcome extends CellVerdict {
  readonly orders: number;
}

/** As in production commits reach the disk. */
const POSTGRES_SETTINGS = { max_connections: '300', shared_buffers: '128MB' };
/** Processes are meant to die: they are started again at once, however often. */
const BACK_OFF = { firstMs: 50, limitMs: 50, healthyAfterMs: 0 };

/** One stack, in whose processes each cell is died in once, while orders live; then everything is checked. */
export async function runCrashPoints(
  { cells, atOnce, mutant, patienceMs, settleMs }: CrashPointsOptions,
  { say, signal }: { readonly say: (line: string) => void; readonly signal: AbortSignal },
): Promise<CrashPointsOutcome> {
  await using open = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'bezel-crash-points-'));
  open.defer(() => rmSync(folder, { recursive: true, force: true }));
  arm(folder, cells);
  const ends: End[] = [];
  const places = placesIn(join(checkoutPlaces().state, 'crash-points'));
  const stack = open.use(
    await openStackWithoutApps({
      ...{ places, signal, backOff: BACK_OFF },
      progress: createProgress((line) => {
        if (!/ended \(SIGKILL\)/.test(line)) say(line); // they are counted
      }),
      ...{ postgresSettings: POSTGRES_SETTINGS, onEnd: (end) => void ends.push(end) },
    }),
  );
  const processes = armedProcesses(folder, mutant);
  open.use(await createProgress(say).step(`${processes.length} app processes ready`, () => stack.run(processes)));
  const run = `crash-${randomBytes(4).toString('hex')}`;
  const lives = await startLives({ stack, folder, run, patienceMs, signal });
  try {
    await drive({ lives, cells, folder, atOnce, say, signal });
  } finally {
    await lives.end();
  }
  signal.throwIfAborted();
  say(`${deathsIn(folder).length} deaths in ${lives.begun.size} lives; the system comes to rest.`);
  const { wrong, orders, evidence } = await findWrong(stack, { lives, run, settleMs, signal });
  if (evidence.length > 0)
    say(`All evidence of the orders the checker found: ${await writeEvidence(places.logs, evidence)}`);
  const running = new Set(stack.units().flatMap(({ name, pid }) => (pid === null ? [] : [name])));
  return { ...judgeCells({ cells, deaths: deathsIn(folder), ends, running, wrong }), orders };
}

/** What the checker of chaos and the ledger's audit find, and orders that ended otherwise than they had to. */
async function findWrong(
  stack: StackWithoutApps,
  { lives, run, settleMs, signal }: { lives: Lives; run: string; settleMs: number; signal: AbortSignal },
): Promise<{ readonly wrong: readonly Wrong[]; readonly orders: number; readonly evidence: Verdict['evidence'] }> {
  await using open = new AsyncDisposableStack();
  const databases = openDatabases(stack.provided.addresses.postgres.superuserUrl, (end) => open.defer(end));
  const { records, begun, sightings } = lives;
  const topics = new TopicReader(stack.provided.addresses.kafka.brokers);
  const unmakeable = new Set([...begun].flatMap(([file, { kind }]) => (kind === 'rejected' ? [file] : [])));
  const { defects, evidence } = await reachVerdict({
    gathering: () => ({
      ...{
        databases,
        run,
        reordered: new Set<string>(),
        undisturbed: false,
        disturbed: [],
        stageMs: null,
        told: () => topics.told(),
      },
      people: {
        submissions: records.submissions.map(({ fileName, orderIds }) => ({ file: fileName, orderIds })),
        ...{ asked: records.asked, acknowledged: records.acknowledged, stepsTaken: records.stepsTaken },
        ...{ complaints: complaintsIn(records, unmakeable), unmakeable },
        ...{ sightings, salesSightings: new Map() },
      },
      ask: askDoors({ stack, placedAt: (file) => begun.get(file)?.door, tally: lives.tally, signal }),
    }),
    ...{ settleMs, signal },
  });
  const { rows } = await databases.shop.query<{ id: string; file: string; status: string }>(
    `SELECT id, model_file_name AS file, status FROM orders WHERE model_file_name LIKE $1`,
    [`${run}-%`],
  );
  const claims = records.submissions.flatMap(({ orderIds, at }) =>
    orderIds.map((orderId) => ({ source: 'client' as const, orderId, at })),
  );
  const orderIds = [...new Set([...rows.map(({ id }) => id), ...records.orderIds])];
  const known = new Set(orderIds);
  const never = [...begun.keys()].filter((file) => !rows.some((row) => row.file === file));
  return {
    wrong: [
      ...defects.map(({ kind, order, what }) => ({
        orderId: known.has(order) ? order : null,
        what: known.has(order) ? `the checker: ${kind}: ${what}` : `the checker: ${kind}, ${order}: ${what}`,
      })),
      ...rows.flatMap(({ id, file, status }) => {
        const life = begun.get(file);
        if (life === undefined || KINDS[life.kind] === status) return [];
        return [{ orderId: id, what: `${status}, and not ${KINDS[life.kind]}` }];
      }),
      ...never.map((file) => ({ orderId: null, what: `${file} was never taken` })),
      ...(await auditAtRest({ stack, claims, orderIds, settleMs, signal })),
    ],
    orders: rows.length,
    evidence,
  };
}
