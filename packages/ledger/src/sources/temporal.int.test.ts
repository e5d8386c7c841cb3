import { randomUUID } from 'node:crypto';
import { type Link, linkTo, runInSteps, testServers, waitFor } from '@bezel/local/testing';
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
  await using asker = runInSteps(`
    import { openWorkflows } from ${JSON.stringify(import.meta.resolve('./workflows.ts'))};
    const workflows = await openWorkflows(${JSON.stringify({ address: way.address, namespace })});
    await told('connected');
    const question = workflows.signalled('of nobody').then(() => 'answered', (error) => error.message);
    await told('asked');
    await workflows[Symbol.asyncDispose]();
    console.log(await question);`);
  expect(await asker.told()).toBe('connected');
  way.cut();
  asker.goOn();
  expect(await asker.told()).toBe('asked');
  await metAgain(way);
  asker.goOn();
  expect(await asker.told()).toContain('the connection to Temporal is closed');
  expect(await asker.ended()).toEqual({ code: 0, complaints: '' }); // with nothing left to do: no try waited beyond the end
});
