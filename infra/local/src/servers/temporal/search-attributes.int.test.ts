import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { testServers, waitFor } from '../../testing/index.ts';
import { ORDER_SEARCH_ATTRIBUTES, provideSearchAttributes } from './search-attributes.ts';

const { temporalAddress: address } = testServers();
let connection: Connection;

beforeAll(async () => {
  connection = await Connection.connect({ address });
});
afterAll(async () => {
  await connection.close();
});

async function createNamespace(): Promise<string> {
  const namespace = `test-${randomUUID()}`;
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  return namespace;
}

test('a new namespace takes workflows with the attributes at once, and registering again changes nothing', async () => {
  const namespace = await createNamespace();
  await provideSearchAttributes(address, namespace);
  await provideSearchAttributes(address, namespace);
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(Object.keys(ORDER_SEARCH_ATTRIBUTES)));

  const client = new Client({ connection, namespace });
  const handle = await client.workflow.start('nobody-runs-this', {
    taskQueue: 'nobody',
    workflowId: randomUUID(),
    searchAttributes: {
      BezelStatus: ['PRICED'],
      BezelTenant: ['atelier'],
      BezelLate: [true],
      BezelDeadline: [new Date('2026-11-21T12:00:00Z')],
    },
  });
  const query = `BezelStatus = 'PRICED' AND BezelTenant = 'atelier' AND BezelLate = true AND BezelDeadline < '2026-11-22T00:00:00Z'`;
  await waitFor('the workflow to be found', async () => (await client.workflow.count(query)).count === 1);
  await handle.terminate('the test is over');
}, 60_000);

test('an attribute of another type is refused by name', async () => {
  const namespace = await createNamespace();
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { BezelLate: 2 } });
  await expect(provideSearchAttributes(address, namespace)).rejects.toMatchObject({
    code: 'SEARCH_ATTRIBUTE_TYPE',
    message: expect.stringContaining('BezelLate'),
  });
}, 60_000);
