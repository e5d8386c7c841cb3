import type { StandardSchemaV1 } from '@standard-schema/spec';

/** What a schema said about one place in the data; `path` is empty for the data as a whole. */
export interface DataIssue {
  readonly path: string;
  readonly message: string;
}

/** What a Standard Schema has against a value, with its paths as names joined by dots. */
export const toDataIssues = (issues: readonly StandardSchemaV1.Issue[]): readonly DataIssue[] =>
  issues.map(({ message, path = [] }) => ({
    path: path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
    message,
  }));

/** The same in one line, for an error's message. */
export const sayIssues = (issues: readonly DataIssue[]): string =>
  issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
