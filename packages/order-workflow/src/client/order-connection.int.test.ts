import { linkTo, runInSteps, testServers, waitFor } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';

jest.setTimeout(60_000);

const { temporalAddress } = testServers();

test('closed while a call waits for its next try, it fails the call, and the process goes on', async () => {
  await using way = await linkTo(temporalAddress);
  await using caller = runInSteps(`
    import { orderConnection } from ${JSON.stringify(import.meta.resolve('./order-connection.ts'))};
    const connection = orderConnection({ address: ${JSON.stringify(way.address)} });
    await connection.ensureConnected();
    await told('connected');
    const call = connection.workflowService.getSystemInfo({}).then(() => 'answered', (error) => error.details);
    await told('called');
    await connection.close();
    console.log(await call);`);
  expect(await caller.told()).toBe('connected');
  way.cut();
  caller.goOn();
  expect(await caller.told()).toBe('called');
  const before = way.met;
  await waitFor('another try to connect', () => way.met > before); // the call has failed once by then
  caller.goOn();
  expect(await caller.told()).toBe('the connection was closed');
  expect(await caller.ended()).toEqual({ code: 0, complaints: '' });
});
