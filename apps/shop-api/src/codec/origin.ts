import { ProblemError } from '@bezel/service';
import type { NextFunction, Request, Response } from 'express';

/** What Temporal's web UI sends beside what any page may. */
const HEADERS = 'authorization, authorization-extras, content-type, x-namespace';
const PREFLIGHT_SECONDS = '600';

/**
 * Lets the pages of these origins ask, and read the answer, a refusal too. A page of any other origin is refused even with a
 * token that holds. A program sends no origin: for it the token alone counts. No cookie opens this door, so none is asked for.
 */
export const allowOrigins =
  (origins: readonly string[]) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const { origin } = request.headers;
    response.vary('Origin');
    if (origin === undefined) {
      next();
      return;
    }
    if (!origins.includes(origin)) {
      throw new ProblemError({
        status: 403,
        code: 'origin_forbidden',
        detail: 'pages of this origin may not ask here; CODEC_ORIGINS names those that may',
      });
    }
    response.set('access-control-allow-origin', origin);
    if (request.method !== 'OPTIONS') {
      next();
      return;
    }
    response
      .set({
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': HEADERS,
        'access-control-max-age': PREFLIGHT_SECONDS,
      })
      .status(204)
      .end();
  };
