import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createProgress,
  rootCommand,
  startTestServers,
  TEST_SERVER_VARIABLES,
  untilToldToEnd,
} from '@bezel/local/bench';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { ORDER_VERSION } from '../../contract/index.ts';
import { createOrderSystem } from '../order-system.ts';
import { startWorkers } from '../workers.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

// npm run record-histories: plays complete orders on real servers and keeps their histories for replay.spec.ts. Only those of
// the present version: those of versions before stand for orders that are under way and are never written again.

const names = SCENARIOS.map(({ name }) => name);
const { only, json } = rootCommand('npm run record-histories --')
  .description(
    `Plays complete orders on real servers and writes the histories of version ${ORDER_VERSION} anew, which every test run replays (docs/adr/0008-versions-of-a-running-order.md).`,
  )
  .option('--only <names...>', `record these alone, of ${names.join(', ')}`)
  .option('--json', 'print one JSON object as the last line', false)
  .parse()
  .opts<{ only?: string[]; json: boolean }>();
const unknown = only?.find((name) => !names.includes(name));
if (unknown !== undefined) {
  console.error(`There is no ${unknown}. Known: ${names.join(', ')}.`);
  process.exit(2);
}
const chosen = SCENARIOS.filter(({ name }) => only?.includes(name) ?? true);

const folder = join(import.meta.dirname, '..', '..', '..', 'histories', `v${ORDER_VERSION}`);
const signal = untilToldToEnd();
const given = Object.values(TEST_SERVER_VARIABLES).every((variable) => process.env[variable]);
const servers = given ? undefined : await startTestServers(createProgress(console.error), signal);
Object.assign(process.env, servers?.env);
const written: string[] = [];
try {
  if (only === undefined) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const scenario of chosen) {
    signal.throwIfAborted();
    await record(scenario);
  }
} finally {
  await servers?.stop();
}
if (json) console.log(JSON.stringify({ version: ORDER_VERSION, written }));
// The connections of Temporal's client keep a process alive for a while.
process.exit(0);

async function record({ name, options = {}, play }: Scenario): Promise<void> {
  await using system = await createOrderSystem(options);
  await using _workers = await startWorkers({ name: 'worker', ...system });
  const order = await play(system);
  const status = await order.handle.result();
  const runs = await order.histories();
  for (const [index, history] of runs.entries()) {
    const file = runs.length === 1 ? `${name}.json` : `${name}-${index + 1}.json`;
    await writeFile(join(folder, file), eventALine(historyToJSON(history)));
    written.push(file);
  }
  console.error(`${name}: ${status}, ${runs.length} run(s)`);
}

/** Stack traces name folders of the machine that recorded; a replay does not look at them. */
function eventALine(json: string): string {
  const { events } = JSON.parse(json, (key, value: unknown) => (key === 'stackTrace' ? '' : value)) as {
    events: unknown[];
  };
  return `{"events":[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`;
}
