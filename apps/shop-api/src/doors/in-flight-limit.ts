import { ProblemError } from '@bezel/service';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { finalize, type Observable } from 'rxjs';

/**
 * Lets a door work on so many requests at a time and no more: the others are told to come again, at once, instead of
 * waiting until their clients give up. Each door has a limit of its own.
 */
@Injectable()
export class InFlightLimit implements NestInterceptor {
  private inFlight = 0;

  constructor(private readonly most: number) {}

  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (this.inFlight >= this.most) {
      throw new ProblemError({
        status: 503,
        code: 'door_busy',
        detail: `this door works on ${this.most} requests already; try again`,
        headers: { 'retry-after': '1' },
      });
    }
    this.inFlight++;
    return next.handle().pipe(finalize(() => this.inFlight--));
  }
}
