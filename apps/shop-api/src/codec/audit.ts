import { log } from '@bezel/service';
import type { Payload } from '@temporalio/common';
import type { NextFunction, Request, Response } from 'express';

const ORDER_ID = /"orderId":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"/g;
const MOST_ORDERS = 50;
const LONGEST = 200;

/** Who asks, and for what, as far as it is known yet. */
const asked = (request: Request) => ({
  'user.id': request.caller?.sub,
  'user.roles': request.caller?.roles,
  'bezel.namespace': request.get('x-namespace')?.slice(0, LONGEST),
  'bezel.origin': request.get('origin')?.slice(0, LONGEST) ?? null,
});

/**
 * The audit line of payloads that leave in clear text (`decode`) or were encrypted for somebody (`encode`): who asked, how
 * many, and of which orders, where the payloads say so. It is written before the answer, and no word of a payload is in it.
 */
export function auditCoded(request: Request, what: 'decode' | 'encode', clear: readonly Payload[]): void {
  const orders = new Set(
    clear.flatMap(({ data }) =>
      [
        ...Buffer.from(data ?? [])
          .toString()
          .matchAll(ORDER_ID),
      ].map(([, id]) => id),
    ),
  );
  log.info(
    {
      ...{ 'event.kind': 'event', 'event.action': `payloads-${what}d`, 'event.outcome': 'success', ...asked(request) },
      ...{ 'bezel.payloads': clear.length, 'bezel.orders': [...orders].slice(0, MOST_ORDERS) },
    },
    `payloads ${what}d: ${clear.length}`,
  );
}

/** The audit line of everybody who was refused. */
export function auditRefusals(request: Request, response: Response, next: NextFunction): void {
  response.once('close', () => {
    const { statusCode: status } = response;
    if (status < 400) return;
    log.warn(
      {
        ...{ 'event.kind': 'event', 'event.action': 'payloads-refused', 'event.outcome': 'failure', ...asked(request) },
        'http.response.status_code': status,
      },
      `payloads refused: ${status}`,
    );
  });
  next();
}
