import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type Link, linkTo, testServers, waitFor } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import { openWorkflows, type WorkflowReader } from './workflows.ts';

jest.setTimeout(90_000);

const { temporalAddress, temporalNamespace: namespace } = testServers();

/** Until the client has tried to connect again: whatever was asked has failed once by then. */
async function metAgain(way: Link): Promise<void> {
  const before = way.met;
  await waitFor('another try to connect', () => way.met > before);
}

const QUESTIONS: readonly [string, (workflows: WorkflowReader) => Promise<unknown>][] = [
  ['the list', (workflows) => workflows.endedEarly(Date.now())],
  ['a history', (workflows) => workflows.signalled(randomUUID())],
];

test.each(QUESTIONS)('a question for %s that met no Temporal is answered when it is back', async (_, ask) => {
  await using way = await linkTo(temporalAddress);
  await using workflows = await openWorkflows({ address: way.address, namespace });
  way.cut();
  const answer = ask(workflows);
  await metAgain(way);
  way.mend();
  expect(await answer).toEqual([]);
});

test('a description that met no Temporal is answered when it is back', async () => {
  await using way = await linkTo(temporalAddress);
  await using workflows = await openWorkflows({ address: way.address, namespace });
  way.cut();
  const answer = workflows.atWork(randomUUID());
  await metAgain(way);
  way.mend();
  expect(await answer).toBeNull();
});

test('closed while a question waits for its next try, it fails the question, and the process goes on', async () => {
  await using way = await linkTo(temporalAddress);
  const script = `
    import { openWorkflows } from ${JSON.stringify(import.meta.resolve('./workflows.ts'))};
    const workflows = await openWorkflows(${JSON.stringify({ address: way.address, namespace })});
    const told = async (word) => {
      console.log(word);
      await new Promise((resolve) => process.stdin.once('data', resolve));
    };
    await told('connected');
    const question = workflows.signalled('of nobody').then(() => 'answered', (error) => error.message);
    await told('asked');
    await workflows[Symbol.asyncDispose]();
    console.log(await question);
    process.stdin.destroy();`;
  const child = spawn(process.execPath, ['--conditions=@bezel/source', '--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const exited = once(child, 'exit');
  const complaints = text(child.stderr);
  await once(child.stdout, 'data');
  way.cut();
  child.stdin.write('ask\n');
  await once(child.stdout, 'data');
  await metAgain(way);
  const last = text(child.stdout);
  child.stdin.write('close\n');
  expect(await exited).toEqual([0, null]); // with nothing left to do: no try waited beyond the end
  expect(await last).toContain('the connection to Temporal is closed');
  expect(await complaints).toBe('');
});
