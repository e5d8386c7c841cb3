import { STATUS_CODES } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { jsonSchemaOf } from './json-schema.ts';

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable: branch on this.' },
    detail: { type: 'string', description: 'For people.' },
    instance: { type: 'string' },
    traceId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Makes it safe to send the request again: the same key and request replay the first answer.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

interface Parameter {
  readonly name: string;
  readonly in: string;
}

interface Operation {
  parameters?: Parameter[];
  responses: Record<string, { description: string; content?: object }>;
  security?: object[];
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** The OpenAPI 3.1 document of an app's routes, with what all our routes share written into each operation. */
export function openApiDocument(
  app: INestApplication,
  { title, description = '' }: { title: string; description?: string },
): OpenAPIObject {
  const base = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(title)
    .setDescription(description)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, base, {
    standardSchemaConverter: jsonSchemaOf,
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method] as Operation | undefined;
      if (operation !== undefined) {
        complete(path, method, operation);
      }
    }
  }
  document.components = { ...document.components, schemas: { ...document.components?.schemas, Problem: PROBLEM } };
  return document;
}

/** Adds words for a bare status, path parameters read by custom decorators, the idempotency key of a POST, and the problem answer. */
function complete(path: string, method: string, operation: Operation): void {
  const parameters = [...(operation.parameters ?? [])];
  for (const [, name = ''] of path.matchAll(/\{(\w+)\}/g)) {
    if (!parameters.some((parameter) => parameter.in === 'path' && parameter.name === name)) {
      parameters.unshift({ name, in: 'path', required: true, schema: { type: 'string', format: 'uuid' } } as Parameter);
    }
  }
  if (method === 'post') {
    parameters.push(IDEMPOTENCY_KEY);
  }
  operation.parameters = parameters;
  for (const [status, response] of Object.entries(operation.responses)) {
    response.description ||= STATUS_CODES[status] ?? '';
  }
  operation.responses['default'] = {
    description: 'Any error, as RFC 9457 problem details.',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}
