import { applyDecorators, type CanActivate, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiConsumes } from '@nestjs/swagger';
import type { Request } from 'express';
import { ProblemError } from '../problems/index.ts';

const CONSUMES = 'bezel:consumes';

/** The media types a route takes, when it is not `application/json` alone. */
export const Consumes = (...types: string[]) => applyDecorators(SetMetadata(CONSUMES, types), ApiConsumes(...types));

/** 415 for a body of a media type the route does not take. */
export class MediaTypeGuard implements CanActivate {
  private readonly reflector = new Reflector();

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length']) > 0;
    const places = [context.getHandler(), context.getClass()];
    const types = this.reflector.getAllAndOverride<string[] | undefined>(CONSUMES, places) ?? ['application/json'];
    if (hasBody && request.is(types) === false) {
      const sent = request.headers['content-type'] ?? 'a body without a content type';
      const detail = `this door takes ${types.join(' or ')}, not ${sent}`;
      throw new ProblemError({
        status: 415,
        code: 'unsupported_media_type',
        detail,
        headers: { accept: types.join(', ') },
      });
    }
    return true;
  }
}
