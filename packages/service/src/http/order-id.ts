import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { invalidRequest } from '../problems/index.ts';
import { concernsOrder } from '../telemetry/index.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The order's id from the path (parameter `id` unless told), checked; the request's log lines carry it from here on. */
export const OrderId = createParamDecorator((parameter: string | undefined, context: ExecutionContext): string => {
  const name = parameter ?? 'id';
  const value = context.switchToHttp().getRequest<Request>().params[name];
  if (typeof value !== 'string' || !UUID.test(value)) {
    throw invalidRequest([{ path: name, message: 'expected a UUID' }]);
  }
  concernsOrder(value.toLowerCase());
  return value.toLowerCase();
});
