import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import request from 'supertest';
import { startNotes } from '../../examples/notes/notes.ts';
import { metricsText, startTracing } from '../telemetry/index.ts';

const spans = new InMemorySpanExporter();
let notes: Awaited<ReturnType<typeof startNotes>>;
beforeAll(async () => {
  startTracing({ service: 'test', processors: [new SimpleSpanProcessor({ exporter: spans })] });
  notes = await startNotes();
});
afterAll(() => notes[Symbol.asyncDispose]());

describe('each request', () => {
  test('continues the trace of its traceparent and names the order it is about', async () => {
    const [traceId, parent, id] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331', randomUUID()];
    spans.reset();
    const response = await request(notes.http)
      .get(`/v1/notes/${id}`)
      .set('authorization', await notes.bearer(['admin']))
      .set('traceparent', `00-${traceId}-${parent}-01`);
    expect(response.body.traceId).toBe(traceId);
    const span = spans.getFinishedSpans().find(({ name }) => name === 'GET /v1/notes/:id');
    expect(span?.spanContext().traceId).toBe(traceId);
    expect(span?.parentSpanContext?.spanId).toBe(parent);
    expect(span?.attributes).toMatchObject({ 'http.response.status_code': 404, 'order.id': id });
  });

  test('is counted and timed by route pattern, method and status class', async () => {
    await request(notes.http).get('/v1/open/hello');
    await request(notes.http).get('/v1/open/boom');
    await request(notes.http).get(`/v1/${randomUUID()}`);
    const text = await metricsText();
    const labels = (route: string, status: string) => `door="notes",route="${route}",method="GET",status="${status}"`;
    expect(text).toContain(`http_server_requests_total{${labels('/v1/open/hello', '2xx')}} 1`);
    expect(text).toContain(`http_server_errors_total{${labels('/v1/open/boom', '5xx')}} 1`);
    expect(text).toContain(`http_server_requests_total{${labels('unmatched', '4xx')}} 1`);
    expect(text).toContain(`http_server_duration_seconds_bucket{${labels('/v1/open/hello', '2xx')},le="0.005"}`);
    expect(text).toMatch(/^http_server_active_requests\{door="notes"\} 0$/m);
  });
});
