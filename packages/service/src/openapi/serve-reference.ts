import type { NestExpressApplication } from '@nestjs/platform-express';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { openApiDocument } from './document.ts';

/** Serves `/openapi.json`, without a token. */
export function serveReference(
  app: NestExpressApplication,
  options: { readonly title: string; readonly description?: string },
): void {
  let document: OpenAPIObject | undefined;
  app.use('/openapi.json', (_request: Request, response: Response) => {
    document ??= openApiDocument(app, options);
    response.json(document);
  });
}
