import type { LoggerService } from '@nestjs/common';
import { log } from '../telemetry/index.ts';

/** Nest's own messages, in our log; what it tells while starting is for debugging. */
export class NestLog implements LoggerService {
  log(message: unknown, context?: string): void {
    log.debug({ 'log.logger': context }, String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    log.error({ 'log.logger': rest.at(-1), err: message instanceof Error ? message : undefined }, String(message));
  }

  warn(message: unknown, context?: string): void {
    log.warn({ 'log.logger': context }, String(message));
  }

  debug(message: unknown, context?: string): void {
    log.debug({ 'log.logger': context }, String(message));
  }

  verbose(message: unknown, context?: string): void {
    log.trace({ 'log.logger': context }, String(message));
  }
}
