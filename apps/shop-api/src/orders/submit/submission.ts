import { ModelRef, OrderSpecification } from '@bezel/contracts';
import { inputErrors, invalidRequest } from '@bezel/service';
import type { Request } from 'express';
import { z } from 'zod';
import { modelMissing } from '../../models/model-missing.ts';
import type { ReceivedModel } from '../../models/received-model.ts';

/** The fields beside the file. A field nobody knows is an error: "stone" for "stones" would order a bare ring. */
export const SubmissionForm = z.strictObject(OrderSpecification.shape);

/** The body of a submission that names an uploaded model. */
export const SubmissionBody = z.strictObject({
  ...OrderSpecification.shape,
  modelSha256: ModelRef.shape.sha256,
});

/** What a submission asks for: a specification, and a model that came along or was uploaded before. */
export type Submission = OrderSpecification & ({ readonly received: ReceivedModel } | { readonly modelSha256: string });

/** Reads a submission from a form with a file or from JSON. @throws ProblemError 400 */
export function readSubmission(request: Request): Submission {
  if (request.is('multipart/form-data')) {
    const form = parsed(SubmissionForm, { ...request.body });
    if (request.model === undefined) throw modelMissing();
    return { ...form, received: request.model };
  }
  return parsed(SubmissionBody, request.body);
}

function parsed<Output>(schema: z.ZodType<Output>, input: unknown): Output {
  const result = schema.safeParse(input);
  if (!result.success) throw invalidRequest(inputErrors(result.error.issues));
  return result.data;
}

/** What makes two submissions with one idempotency key the same request: every choice, and the bytes of the model. */
export function fingerprintOf(submission: Submission): Record<string, unknown> {
  const { metal, finish, stones } = submission;
  if ('received' in submission) {
    const { sha256, fileName } = submission.received;
    return { metal, finish, stones, sha256, fileName };
  }
  return { metal, finish, stones, modelSha256: submission.modelSha256 };
}
