import { randomUUID } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { linkTo, testServers } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import { openWorkflows } from './workflows.ts';

jest.setTimeout(60_000);

const listenersOn = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

test('a signal keeps nothing of questions that were answered', async () => {
  const { temporalAddress: address, temporalNamespace: namespace } = testServers();
  const { signal } = new AbortController();
  await using workflows = await openWorkflows({ address, namespace }, signal);
  const orderIds = Array.from({ length: 20 }, () => randomUUID());
  for (let asked = 0; asked < 3; asked += 1) {
    for await (const seen of workflows.seen({ orderIds })) expect(seen).toEqual([]);
    await workflows.endedEarly(Date.now());
    expect(await workflows.atWork(orderIds[0] as string)).toBeNull();
    expect(listenersOn(signal)).toBe(0);
  }
});

test('of a workflow that Temporal does not have nothing is known, which is no failure', async () => {
  const { temporalAddress: address, temporalNamespace: namespace } = testServers();
  await using workflows = await openWorkflows({ address, namespace });
  const orderId = randomUUID();
  expect(await workflows.signalled(orderId)).toEqual([]);
  expect(await workflows.atWork(orderId)).toBeNull();
});

test('a signal ends the question under way, and lets none begin afterwards', async () => {
  const { temporalAddress, temporalNamespace: namespace } = testServers();
  await using way = await linkTo(temporalAddress);
  const ending = new AbortController();
  await using workflows = await openWorkflows({ address: way.address, namespace }, ending.signal);
  way.silence();
  const answer = workflows.signalled(randomUUID());
  const failure = expect(answer).rejects.toThrow('CANCELLED');
  expect(listenersOn(ending.signal)).toBe(1);
  ending.abort(new Error('the test ends it'));
  await failure;
  expect(listenersOn(ending.signal)).toBe(0);
  await expect(workflows.signalled(randomUUID())).rejects.toThrow('the test ends it');
});
