import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiSecurity } from '@nestjs/swagger';
import type { Request } from 'express';
import type { CallerIdentity, RoleName } from './caller.ts';

export const PUBLIC = 'bezel:public';
export const ROLES = 'bezel:roles';

/** Opens a route (or every route of a controller) to callers without a token. */
export const Public = () => applyDecorators(SetMetadata(PUBLIC, true), ApiSecurity({}));

/** Lets in only callers who have at least one of these roles. Without it any valid token will do. */
export const Roles = (...roles: RoleName[]) =>
  applyDecorators(SetMetadata(ROLES, roles), ApiBearerAuth(), ApiExtension('x-roles', roles));

/** The caller of this request. Only on routes that are not {@link Public}. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): CallerIdentity => {
  const { caller } = context.switchToHttp().getRequest<Request>();
  if (caller === undefined) {
    throw new Error('@Caller() on a route without an identity: is the route @Public()?');
  }
  return caller;
});

/** The caller of this request: the type that goes with the decorator of the same name. */
export type Caller = CallerIdentity;
