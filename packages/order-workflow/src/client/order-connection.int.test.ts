import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { linkTo, testServers, waitFor } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';

jest.setTimeout(60_000);

const { temporalAddress } = testServers();

test('closed while a call waits for its next try, it fails the call, and the process goes on', async () => {
  await using way = await linkTo(temporalAddress);
  const script = `
    import { orderConnection } from ${JSON.stringify(import.meta.resolve('./order-connection.ts'))};
    const connection = orderConnection({ address: ${JSON.stringify(way.address)} });
    const told = async (word) => {
      console.log(word);
      await new Promise((resolve) => process.stdin.once('data', resolve));
    };
    await connection.ensureConnected();
    await told('connected');
    const call = connection.workflowService.getSystemInfo({}).then(() => 'answered', (error) => error.details);
    await told('called');
    await connection.close();
    console.log(await call);
    process.stdin.destroy();`;
  const child = spawn(process.execPath, ['--conditions=@bezel/source', '--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const exited = once(child, 'exit');
  const complaints = text(child.stderr);
  await once(child.stdout, 'data');
  way.cut();
  child.stdin.write('call\n');
  await once(child.stdout, 'data');
  const before = way.met;
  await waitFor('another try to connect', () => way.met > before); // the call has failed once by then
  const last = text(child.stdout);
  child.stdin.write('close\n');
  expect(await exited).toEqual([0, null]);
  expect(await last).toBe('the connection was closed\n');
  expect(await complaints).toBe('');
});
