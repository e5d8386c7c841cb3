export { problemDocument } from './problem-document.ts';
export { type InputError, invalidRequest, ProblemError, type ProblemOptions } from './problem-error.ts';
export { ProblemFilter } from './problem-filter.ts';
export { toProblem } from './to-problem.ts';
export { databaseProblem, identityUnavailable } from './unavailable.ts';
export { inputErrors, validationPipe } from './validation.ts';
