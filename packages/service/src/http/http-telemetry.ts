import { AsyncResource } from 'node:async_hooks';
import { context, metrics, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { log } from '../telemetry/index.ts';
import { withOrderToCome } from '../telemetry/order.ts';

/** The pattern a request was routed by. Unknown paths share one name, so that nobody can grow our metrics by guessing. */
export const routeOf = (request: Request): string => {
  const pattern: unknown = request.route?.path;
  return typeof pattern === 'string' ? pattern : 'unmatched';
};

/**
 * Express middleware, first in line: one server span per request that continues an incoming `traceparent`, the RED
 * metrics `http.server.*` by route, method and status class, and one log line per request. The `door` tells servers of
 * one process apart.
 */
export function httpTelemetry(door: string): RequestHandler {
  const meter = metrics.getMeter('@bezel/service');
  const requests = meter.createCounter('http.server.requests', { description: 'HTTP requests answered.' });
  const errors = meter.createCounter('http.server.errors', { description: 'HTTP requests answered with 5xx.' });
  const duration = meter.createHistogram('http.server.duration', { unit: 's', description: 'Time to the last byte.' });
  const running = meter.createUpDownCounter('http.server.active_requests', { description: 'Requests being served.' });
  const tracer = trace.getTracer('@bezel/service');

  return (request: Request, response: Response, next: NextFunction) => {
    const began = performance.now();
    const parent = propagation.extract(context.active(), request.headers);
    const path = request.originalUrl.split('?', 1)[0] ?? '/';
    const span = tracer.startSpan(
      request.method,
      {
        kind: SpanKind.SERVER,
        attributes: { 'http.request.method': request.method, 'url.path': path, 'bezel.door': door },
      },
      parent,
    );
    running.add(1, { door });
    const spanned = trace.setSpan(parent, span);
    withOrderToCome(() =>
      context.with(spanned, () => {
        // `close` also comes when the client went away before the answer. The binding keeps this request's span and order.
        response.once('close', AsyncResource.bind(finish));
        next();
      }),
    );

    function finish(): void {
      const seconds = (performance.now() - began) / 1e3;
      const route = routeOf(request);
      const status = response.writableFinished ? response.statusCode : 499;
      const labels = { door, route, method: request.method, status: `${Math.floor(status / 100)}xx` };
      running.add(-1, { door });
      requests.add(1, labels);
      duration.record(seconds, labels);
      span.updateName(`${request.method} ${route}`);
      span.setAttributes({ 'http.route': route, 'http.response.status_code': status });
      if (status >= 500) {
        errors.add(1, labels);
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      log[status >= 500 ? 'error' : 'info'](
        {
          'event.duration': Math.round(seconds * 1e9),
          'http.request.method': request.method,
          'http.response.status_code': status,
          'http.route': route,
          'url.path': path,
        },
        `${request.method} ${path} ${status}`,
      );
      span.end();
    }
  };
}
