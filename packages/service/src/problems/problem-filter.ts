import { type ArgumentsHost, Catch, type ExceptionFilter, NotFoundException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { log, traceId } from '../telemetry/index.ts';
import { problemDocument } from './problem-document.ts';
import { refuse } from './refuse.ts';
import { isUnrouted, unroutedProblem } from './routes.ts';
import { toProblem } from './to-problem.ts';

/**
 * Answers every error as `application/problem+json`. Faults of ours (5xx) are logged with their cause under the trace id
 * the client is shown; of the cause itself the client sees nothing.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const unrouted = error instanceof NotFoundException && isUnrouted(request);
    const problem = unrouted ? unroutedProblem(request) : toProblem(error);
    if (problem.status >= 500) {
      log.error({ err: problem.cause ?? problem, 'error.code': problem.code }, `request failed: ${problem.code}`);
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.status(problem.status).set(problem.headers).type('application/problem+json');
    refuse(
      request,
      response,
      problemDocument(problem, { instance: request.originalUrl.split('?', 1)[0], traceId: traceId() }),
    );
  }
}
