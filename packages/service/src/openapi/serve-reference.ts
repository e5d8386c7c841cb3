import { readFileSync } from 'node:fs';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Express } from 'express';
import { openApiDocument } from './document.ts';
import { referencePage } from './page.ts';

const ASSETS = new URL('../../page/', import.meta.url);

/** What the reference of an app shows. */
export interface ReferenceOptions {
  readonly title: string;
  readonly description?: string;
  readonly issuer: string;
  readonly latest: string;
}

/** Serves `/openapi.json` and the page at `/` with its style and script: public, and nothing from elsewhere. */
export function serveReference(app: NestExpressApplication, options: ReferenceOptions): void {
  const router = app.getHttpAdapter().getInstance() as Express;
  let document: OpenAPIObject | undefined;
  const documented = (): OpenAPIObject => {
    // Made when first asked for: the routes are not there yet when this function runs.
    document ??= openApiDocument(app, options);
    return document;
  };
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${new URL(options.issuer).origin}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

  router.get('/openapi.json', (_request, response) => {
    response.json(documented());
  });
  router.get('/', (_request, response) => {
    response
      .set({ 'content-security-policy': policy, 'referrer-policy': 'no-referrer', 'cache-control': 'no-cache' })
      .type('html')
      .send(referencePage(documented(), options));
  });
  for (const [file, type] of [
    ['page.css', 'text/css'],
    ['page.js', 'text/javascript'],
  ] as const) {
    const content = readFileSync(new URL(file, ASSETS));
    router.get(`/${file}`, (_request, response) => {
      response.set('cache-control', 'no-cache').type(type).send(content);
    });
  }
}
