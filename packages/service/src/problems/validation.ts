import { StandardSchemaValidationPipe } from '@nestjs/common';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type InputError, invalidRequest } from './problem-error.ts';

/** More errors than anyone reads help nobody but an attacker who wants large answers. */
const MOST_ERRORS = 50;

/** The places of the input that a Standard Schema complained about. */
export const inputErrors = (issues: readonly StandardSchemaV1.Issue[]): InputError[] =>
  issues.slice(0, MOST_ERRORS).map(({ path = [], message }) => ({
    path: path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
    message,
  }));

/** The global pipe: `@Body({ schema })`, `@Query({ schema })` and `@Param('id', { schema })` are checked by it. */
export const validationPipe = (): StandardSchemaValidationPipe =>
  new StandardSchemaValidationPipe({ exceptionFactory: (issues) => invalidRequest(inputErrors(issues)) });
