import { ProblemError } from '@bezel/service';

/** 400: a form without the file it is for. */
export const modelMissing = (): ProblemError =>
  new ProblemError({
    status: 400,
    code: 'model_missing',
    detail: 'the form has no file in the field "model"; send the model as an STL file',
    errors: [{ path: 'model', message: 'expected a file' }],
  });
