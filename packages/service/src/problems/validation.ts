import { type ArgumentMetadata, StandardSchemaValidationPipe } from '@nestjs/common';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type InputError, invalidRequest, ProblemError } from './problem-error.ts';

/** More errors than anyone reads help nobody but an attacker who wants large answers. */
const MOST_ERRORS = 50;

/** The places of the input that a Standard Schema complained about. */
export const inputErrors = (issues: readonly StandardSchemaV1.Issue[]): InputError[] =>
  issues.slice(0, MOST_ERRORS).map(({ path = [], message }) => ({
    path: path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
    message,
  }));

/** The schema of `@Param('id', { schema })` knows the value alone: the places it names are within the parameter. */
class InputPipe extends StandardSchemaValidationPipe {
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    try {
      return await super.transform(value, metadata);
    } catch (error) {
      throw metadata.data !== undefined && error instanceof ProblemError ? within(metadata.data, error) : error;
    }
  }
}

const within = (place: string, { errors = [] }: ProblemError): ProblemError =>
  invalidRequest(errors.map(({ path, message }) => ({ path: path === '' ? place : `${place}.${path}`, message })));

/** The global pipe: `@Body({ schema })`, `@Query({ schema })` and `@Param('id', { schema })` are checked by it. */
export const validationPipe = (): StandardSchemaValidationPipe =>
  new InputPipe({ exceptionFactory: (issues) => invalidRequest(inputErrors(issues)) });
