import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { linkTo, waitFor } from '@bezel/local/testing';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { lockedOut } from '../testing/locked-out.ts';
import { Stage } from '../testing/stage.ts';

jest.setTimeout(120_000);

const PROGRAM = fileURLToPath(new URL('main.ts', import.meta.url));
let stage: Stage;
beforeAll(async () => {
  stage = await Stage.set();
}, 60_000);
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
}, 60_000);

/** The command as a process of its own, with the shop's database at this place. */
function start(line: string, shopUrl: string) {
  const { postgres, kafka, temporal } = stage.stack;
  return spawn(process.execPath, ['--conditions=@bezel/source', PROGRAM, ...line.split(' ')], {
    env: {
      ...{ ...process.env, NODE_OPTIONS: '' },
      ...{ SHOP_AUDIT_URL: shopUrl, MES_AUDIT_URL: postgres.mes, CRM_AUDIT_URL: postgres.crm },
      ...{ KAFKA_BROKERS: kafka.join(','), TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: temporal.namespace },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function exitCodeOf(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, 'exit');
  return code;
}

test.each([
  ['standard output, which was to say that nobody knows the order', 'stdout', 'shop', 4],
  ['standard error, which was to say that a view is not there', 'stderr', 'mes', 3],
] as const)('nobody reads %s: the exit code is what was found', async (_, stream, database, code) => {
  const url = new URL(stage.stack.postgres[database]);
  await using shop = await linkTo(url.host);
  url.host = shop.address;
  shop.silence();
  const child = start('why B-2026-000001', url.href);
  const ended = exitCodeOf(child);
  const unread: Readable = child[stream];
  unread.destroy();
  await once(unread, 'close');
  // Only from now on there is anything to be said.
  shop.mend();
  expect(await ended).toBe(code);
});

test('Ctrl-C while the database does not answer: 130', async () => {
  const { url } = stage.databases.shop;
  await using frozen = await lockedOut(url, 'ledger.shop_order_details');
  const child = start('why B-2026-000001', url);
  const ended = exitCodeOf(child);
  await waitFor('it to wait', () => frozen.keepsWaiting());
  child.kill('SIGINT');
  expect(await ended).toBe(130);
});
