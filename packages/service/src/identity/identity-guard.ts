import { type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { ProblemError } from '../problems/index.ts';
import { PUBLIC, ROLES } from './decorators.ts';
import { type TokenVerifier, unauthenticated } from './token-verifier.ts';

const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/** Guards every route: a valid token unless the route is public, and one of its roles if it names any. */
export class IdentityGuard implements CanActivate {
  private readonly verify: TokenVerifier;
  private readonly reflector = new Reflector();

  constructor(verify: TokenVerifier) {
    this.verify = verify;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const places = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC, places) === true) {
      return true;
    }
    const request = context.switchToHttp().getRequest<Request>();
    request.caller = await this.verify(bearerToken(request.headers.authorization));
    const wanted = this.reflector.getAllAndOverride<string[] | undefined>(ROLES, places);
    const { roles } = request.caller;
    if (wanted !== undefined && !wanted.some((role) => roles.includes(role))) {
      throw new ProblemError({
        status: 403,
        code: 'forbidden',
        detail: `this door is for ${wanted.join(', ')}; the token has ${roles.join(', ') || 'no role'}`,
        headers: { 'www-authenticate': 'Bearer realm="bezel", error="insufficient_scope"' },
      });
    }
    return true;
  }
}

function bearerToken(header: string | undefined): string {
  if (header === undefined) {
    throw unauthenticated();
  }
  const token = BEARER.exec(header)?.[1];
  if (token === undefined) {
    throw unauthenticated('the authorization header is not a bearer token');
  }
  return token;
}
