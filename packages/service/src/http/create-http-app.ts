import 'reflect-metadata';
import { type DynamicModule, Module, type ModuleMetadata, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import express from 'express';
import { DATABASE, type Database } from '../database/index.ts';
import { Idempotency } from '../idempotency/index.ts';
import { createTokenVerifier, IdentityGuard, type IdentityOptions } from '../identity/index.ts';
import { serveReference } from '../openapi/serve-reference.ts';
import { ProblemFilter, validationPipe } from '../problems/index.ts';
import { MediaTypeGuard } from './consumes.ts';
import { httpTelemetry } from './http-telemetry.ts';
import { NestLog } from './nest-log.ts';

/** What {@link createHttpApp} needs. */
export interface HttpAppOptions {
  /** Names this door in metrics and logs, such as `shop-api` or `shop-partner`. */
  readonly name: string;
  /** Title of the API reference at `/`. */
  readonly title: string;
  readonly description?: string;
  /** Injected with {@link Idempotency}; a door without data has neither. */
  // biome-ignore lint/suspicious/noExplicitAny: the schema is the app's own; here it only passes through.
  readonly database?: Database<any>;
  readonly identity: IdentityOptions;
  /** The app's controllers and providers. */
  readonly module: Type | DynamicModule;
  /** Modules whose global providers it injects, such as the `OutboxModule` it writes with. */
  readonly imports?: ModuleMetadata['imports'];
  /** Largest JSON body in bytes; 100,000 unless told. */
  readonly jsonLimit?: number;
  /** Keeps `request.rawBody`, for doors that check a signature over the bytes. */
  readonly rawBody?: boolean;
  /** The list the page at `/` shows to who signed in; `/v1/orders` unless told. */
  readonly latest?: string;
  /** Whether the API reference is served at `/`; yes unless told. */
  readonly reference?: boolean;
  /** Key and certificate in PEM: the door speaks HTTPS. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
}

@Module({})
class ServiceModule {}

/**
 * Builds the Nest app of one door: telemetry, identity guard, validation, problem documents, API reference, and the
 * database and {@link Idempotency} for injection. It is initialised and does not listen: a test gives its
 * `getHttpServer()` to supertest, a role listens.
 */
export async function createHttpApp(options: HttpAppOptions): Promise<NestExpressApplication> {
  const server = express();
  server.disable('x-powered-by');
  server.disable('etag');
  server.use(httpTelemetry(options.name));
  const { database } = options;
  const data = database === undefined ? [] : [{ provide: DATABASE, useValue: database.kysely }, Idempotency];
  const root: DynamicModule = {
    module: ServiceModule,
    global: true,
    imports: [options.module, ...(options.imports ?? [])],
    providers: data,
    exports: data,
  };
  const app = await NestFactory.create<NestExpressApplication>(root, new ExpressAdapter(server), {
    logger: new NestLog(),
    abortOnError: false,
    rawBody: options.rawBody ?? false,
    bodyParser: false,
    ...(options.tls === undefined ? {} : { httpsOptions: { ...options.tls } }),
  });
  app.useBodyParser('json', { limit: options.jsonLimit ?? 100_000 });
  app.useGlobalGuards(new IdentityGuard(createTokenVerifier(options.identity)), new MediaTypeGuard());
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter());
  if (options.reference !== false) {
    serveReference(app, {
      title: options.title,
      description: options.description ?? '',
      issuer: options.identity.issuer,
      latest: options.latest ?? '/v1/orders',
    });
  }
  return app.init();
}
