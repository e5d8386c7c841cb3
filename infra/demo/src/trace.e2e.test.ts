import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runStart, temporaryStackState, waitFor } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import { sampleModels } from './clients/models.ts';
import { signInAs } from './clients/sign-in.ts';
import { collectSpans } from './testing/span-collector.ts';

jest.setTimeout(180_000);

/** Every hop of a new order until it is priced, as spans of the services. */
const HOPS: readonly (readonly [service: string, span: RegExp])[] = [
  ['shop-api', /POST/],
  ['shop-api', /publish|send/],
  ['shop-api', /process|receive/],
  ['shop-api', /start orderWorkflow/],
  ['shop-api', /activity moveOrder/],
  ['mes-api', /activity analyseModel/],
  ['mes-api', /activity priceMetal/],
  ['crm-api', /process|receive/],
];

test('one trace goes from the click through outbox, Kafka and workflow to the CRM, and logs name order and trace', async () => {
  await using collector = await collectSpans();
  await using state = temporaryStackState();
  await using start = runStart(state.path, {
    args: ['--empty'],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
  const { urls, servers } = await start.ready;
  const traceId = randomBytes(16).toString('hex');
  const clickId = randomBytes(8).toString('hex');
  const [model] = await sampleModels();
  if (model === undefined) throw new Error('there are no sample models');
  const form = new FormData();
  form.set('metal', 'silver-925');
  form.set('model', new Blob([new Uint8Array(model.content)]), model.name);
  const answer = await fetch(`${urls.shop}/v1/orders`, {
    method: 'POST',
    headers: {
      authorization: await signInAs(() => servers.identity, 'customer')(false),
      traceparent: `00-${traceId}-${clickId}-01`,
      'idempotency-key': randomUUID(),
    },
    body: form,
  });
  expect(answer.status).toBe(201);
  const { id: orderId } = (await answer.json()) as { id: string };

  const missing = () => {
    const spans = collector.ofTrace(traceId);
    return HOPS.filter(([service, name]) => !spans.some((span) => span.service === service && name.test(span.name)));
  };
  await waitFor('every hop in one trace', () => missing().length === 0, { deadlineMs: 60_000 }).catch(
    (error: Error) => {
      const seen = collector.ofTrace(traceId).map(({ service, name }) => `${service} ${name}`);
      throw new Error(`${error.message}\nmissing: ${missing().join(' | ')}\nseen: ${seen.join(' | ')}`);
    },
  );

  // It is one tree: each span's parent is another span of the trace, or the click.
  await waitFor('every parent', () => {
    const spans = collector.ofTrace(traceId);
    const ids = new Set([clickId, ...spans.map(({ spanId }) => spanId)]);
    return spans.every(({ parentSpanId }) => parentSpanId !== undefined && ids.has(parentSpanId));
  });

  const lines = logLines(path.join(state.path, 'logs'));
  const ofOrder = lines.filter((line) => line['order.id'] === orderId);
  expect(ofOrder.some((line) => line['trace.id'] === traceId)).toBe(true);
  expect(ofOrder.every((line) => line['ecs.version'] !== undefined)).toBe(true);
});

type LogLine = Readonly<Record<string, unknown>>;

const logLines = (folder: string): LogLine[] =>
  readdirSync(folder)
    .flatMap((file) => readFileSync(path.join(folder, file), 'utf8').split('\n'))
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine);
