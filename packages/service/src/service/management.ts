import 'reflect-metadata';
import {
  Controller,
  type DynamicModule,
  Get,
  Header,
  Inject,
  Module,
  ServiceUnavailableException,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { HealthCheck, HealthCheckService, HealthIndicatorService, TerminusModule } from '@nestjs/terminus';
import { type Listener, listen } from '../http/listener.ts';
import { NestLog } from '../http/nest-log.ts';
import { metricsText } from '../telemetry/index.ts';
import type { LifeCycle } from './life-cycle.ts';

const LIFE: unique symbol = Symbol('bezel.life');

/** Longer than a healthy answer ever takes, shorter than any prober waits. */
const CHECK_TIMEOUT_MS = 2_500;

@Controller()
class ManagementController {
  constructor(
    @Inject(LIFE) private readonly life: LifeCycle,
    @Inject(HealthCheckService) private readonly checks: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
  ) {}

  /** The process runs and its event loop turns. Says nothing of other servers: restarting us would not mend them. */
  @Get('health/live')
  live() {
    return { status: 'ok', state: this.life.state };
  }

  /** 200 only while every role of the process works. */
  @Get('health/ready')
  @HealthCheck({ swaggerDocumentation: false })
  async ready() {
    const { state, roles } = this.life;
    if (state !== 'working') {
      throw new ServiceUnavailableException({ status: 'error', state });
    }
    return this.checks.check(
      roles.map(
        ({ name, role }) =>
          () =>
            this.indicators
              .check(name)
              .attempt(async () => ({ ...((await role.health()) as object | undefined) }))
              .withTimeout(CHECK_TIMEOUT_MS),
      ),
    );
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics() {
    return metricsText();
  }
}

@Module({})
class ManagementModule {}

/** Opens the management port of a process: `/metrics`, `/health/live`, `/health/ready`. No token: bind it inside. */
export async function openManagement(life: LifeCycle, host: string, port: number): Promise<Listener> {
  const root: DynamicModule = {
    module: ManagementModule,
    imports: [TerminusModule.forRoot({ logger: false })],
    controllers: [ManagementController],
    providers: [{ provide: LIFE, useValue: life }],
  };
  const app = await NestFactory.create<NestExpressApplication>(root, { logger: new NestLog(), abortOnError: false });
  app.disable('x-powered-by');
  await app.init();
  return listen(app, host, port);
}
